SET LOCAL search_path = pg_catalog, pg_temp;
DO $block$ BEGIN IF current_setting('lock_timeout') = '0' THEN SET LOCAL lock_timeout = '2s'; END IF; END $block$;

-- With its owner's rights, so that workers need no right to delete exports.
CREATE OR REPLACE FUNCTION satchel.remove_archived_exports(archive uuid, lines jsonb) RETURNS integer
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    -- Times are compared as the file has them.
    SET timezone = 'UTC'
    SET datestyle = 'ISO, MDY'
    SET extra_float_digits = 1
AS $function$
    WITH removed AS (
        DELETE FROM public.export_history AS export
         USING satchel.export_archive AS archived
          JOIN satchel.upload_journal AS file ON file.url = archived.url AND file.published_at IS NOT NULL
         CROSS JOIN jsonb_array_elements(lines) AS line
         WHERE archived.id = archive
           AND archived.emptied_at IS NULL
           AND archived.month + interval '1 month' <= (statement_timestamp() - interval '1 day') AT TIME ZONE 'UTC'
           AND export.id = (line ->> 'id')::uuid
           AND export.created_at >= archived.month::timestamp AT TIME ZONE 'UTC'
           AND export.created_at < (archived.month + interval '1 month') AT TIME ZONE 'UTC'
           AND export.status::text IN ('completed', 'failed')
           AND export.file_url IS NULL
           AND coalesce(export.completed_at, export.updated_at) <= statement_timestamp() - interval '1 day'
           -- The whole row, as the first version wrote it.
           AND line ?& ARRAY ['id', 'user_id', 'export_type', 'export_format', 'status', 'records_count',
                              'file_size_bytes', 'file_url', 'filters', 'data', 'error_message', 'retry_count',
                              'started_at', 'completed_at', 'processing_time_seconds', 'expires_at', 'created_at',
                              'updated_at']
           -- A row that was changed since then stays, and comes into a later part. A column that is newer than the file
           -- is no change.
           AND line = (SELECT jsonb_object_agg(field.key, field.value)
                         FROM jsonb_each(to_jsonb(export)) AS field
                        WHERE line ? field.key)
           AND NOT EXISTS (SELECT FROM satchel.upload_journal AS object WHERE object.export_id = export.id)
        RETURNING export.id
    )
    SELECT count(*)::integer FROM removed
$function$;

COMMENT ON FUNCTION satchel.remove_archived_exports(uuid, jsonb) IS
    'Deletes those exports of an archived month that have been over for a day, have no file, and are still as these lines '
    'of the archive say, which hold the whole row; returns how many.';

REVOKE ALL ON FUNCTION satchel.remove_archived_exports(uuid, jsonb) FROM PUBLIC, anon, authenticated, service_role;
GRANT EXECUTE ON FUNCTION satchel.remove_archived_exports(uuid, jsonb) TO satchel_exports;
