-- The export history of the application's earlier table, as far as it fits. Progress is computed anew and keys wait
-- until they are sealed; whatever is not copied stays in the moved tables. Elsewhere this file changes nothing.
SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog, pg_temp;

DO $block$
BEGIN
    IF to_regclass('satchel.adopted_export_history') IS NULL THEN
        RETURN;
    END IF;

    -- As text, because the table is not there everywhere.
    EXECUTE $statement$
        WITH earlier AS (
            SELECT *,
                   coalesce(status, 'pending') AS status_or_default,
                   coalesce(status, 'pending') IN ('pending', 'processing') AS is_active,
                   -- Active filters are indexed, and an index takes no value of any length.
                   coalesce(octet_length(filters::text), 0) > 2000 AS has_long_filters
              FROM satchel.adopted_export_history
        ), ranked AS (
            SELECT *,
                   row_number() OVER (PARTITION BY user_id, export_type, export_format,
                                                   coalesce(filters, '{}'::jsonb), is_active, has_long_filters
                                          ORDER BY created_at NULLS LAST, id) AS age
              FROM earlier
        ), judged AS (
            SELECT *,
                   CASE
                       WHEN status_or_default NOT IN ('pending', 'processing', 'completed', 'failed')
                           THEN 'adopted: the application had given it the status ' || quote_literal(status)
                       WHEN is_active AND has_long_filters THEN 'adopted: its filters are too long'
                       WHEN is_active AND age > 1 THEN 'adopted: an older request for the same is active'
                   END AS refusal
              FROM ranked
        )
        INSERT INTO public.export_history (id, user_id, export_type, export_format, status, records_count,
                                           file_size_bytes, file_url, filters, data, error_message, retry_count,
                                           started_at, completed_at, processing_time_seconds, expires_at, created_at,
                                           updated_at)
        SELECT id, user_id, export_type, export_format,
               CASE WHEN refusal IS NULL THEN status_or_default ELSE 'failed' END,
               greatest(records_count, 0),
               CASE WHEN file_size_bytes >= 0 THEN file_size_bytes END,
               file_url, filters, data, coalesce(refusal, error_message),
               greatest(retry_count, 0),
               started_at, completed_at,
               CASE WHEN processing_time_seconds >= 0 THEN processing_time_seconds END,
               expires_at, coalesce(created_at, now()), coalesce(updated_at, now())
          FROM judged
         WHERE export_type IS NOT NULL
           AND export_format IS NOT NULL
           -- A foreign key that was added later need not hold for every row.
           AND EXISTS (SELECT FROM public.users WHERE users.id = judged.user_id)
    $statement$;
END
$block$;
