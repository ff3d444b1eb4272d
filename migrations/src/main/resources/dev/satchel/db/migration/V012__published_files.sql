-- A row of export_history names a file only where satchel.export_file knows it as the one that was published for it.
SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog, pg_temp;

-- What an adopted table held there, or another program wrote, led a reader to files that are not the user's. The adopted
-- table keeps it.
UPDATE public.export_history AS export
   SET file_url = NULL
 WHERE file_url IS NOT NULL
   AND NOT EXISTS (SELECT
                     FROM satchel.export_file AS file
                    WHERE file.url = export.file_url
                      AND file.export_id = export.id
                      AND file.published_at IS NOT NULL);

COMMENT ON COLUMN public.export_history.file_url IS
    'Where the file is stored (s3://bucket/key or file:///path), never a signed link. NULL before it is published and '
    'after it is deleted. Nothing is read from there unless satchel.export_file has it for this export, as published.';

-- A location as a URI: with a scheme, and a path of characters that need no escape, or escaped ones.
ALTER TABLE satchel.export_file
    ADD CONSTRAINT export_file_url_check
        CHECK (url COLLATE "C" ~ '^[a-z][a-z0-9+.-]*://[A-Za-z0-9._~$&+,;=:@-]*/([A-Za-z0-9._~!$&''()*+,;=:@/-]|%[0-9A-Fa-f]{2})+$')
        NOT VALID;

-- Rows from before stay as they are where they say something else: each may stand for a file that somebody has to look
-- for, and satchel verify names them.
DO $block$
BEGIN
    ALTER TABLE satchel.export_file VALIDATE CONSTRAINT export_file_url_check;
EXCEPTION
    WHEN check_violation THEN
        RAISE WARNING 'satchel.export_file has rows whose url is no location of a file'
            USING HINT = 'Look for the files by hand, delete the rows, and run: ALTER TABLE satchel.export_file '
                'VALIDATE CONSTRAINT export_file_url_check;';
END
$block$;
