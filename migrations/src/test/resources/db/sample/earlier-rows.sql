-- Rows of the application's earlier tables that break nearly every rule of Satchel's. Runs after learners.sql.
CREATE TEMPORARY TABLE person ON COMMIT DROP AS
SELECT id, row_number() OVER (ORDER BY email) AS n FROM public.users;

INSERT INTO public.user_api_keys (user_id, openai_api_key, unsplash_api_key, is_active, created_at, updated_at)
SELECT id, 'sk-plain-' || n, encode(convert_to('unsplash ' || n, 'UTF8'), 'base64'), CASE WHEN n % 2 = 0 THEN true END,
       NULL, timestamptz '2026-01-01 00:00:00+00'
  FROM person
 WHERE n <= 12;

INSERT INTO public.user_progress (user_id, total_sessions, total_points, current_streak_days, longest_streak_days,
                                  average_accuracy, average_completion_time_seconds, last_qa_session_at, new_words_count)
SELECT id, CASE WHEN n % 3 > 0 THEN -n END, n * 1000, 7, 0, 250.5, n, now(), NULL
  FROM person
    ON CONFLICT (user_id) DO UPDATE SET current_streak_days = 7, longest_streak_days = 0, average_accuracy = -1;

INSERT INTO public.export_history (id, user_id, export_type, export_format, status, records_count, file_size_bytes,
                                   file_url, filters, data, error_message, retry_count, processing_time_seconds,
                                   created_at, updated_at)
SELECT md5('earlier export ' || row.n)::uuid, person.id, row.type, row.format, row.status, row.records, row.bytes,
       row.url, row.filters::jsonb, '{"etiqueta": "año"}', row.error, row.retries, row.seconds, row.created,
       row.created
  FROM (VALUES
    (1, 1, 'csv', 'csv', 'pending', 0, NULL, NULL, NULL, NULL, 0, NULL, timestamptz '2026-03-03 00:00:00+00'),
    (2, 1, 'csv', 'csv', 'pending', 0, NULL, NULL, '{}', NULL, 0, NULL, '2026-03-01 00:00:00+00'),
    (3, 1, 'csv', 'csv', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-03-02 00:00:00+00'),
    (4, 1, 'csv', 'csv', 'processing', 0, NULL, NULL, '{}', NULL, 0, NULL, NULL),
    (5, 2, 'anki', 'apkg', 'cancelled', 3, -1, NULL, NULL, 'by the user', 0, -5, '2026-03-01 00:00:00+00'),
    (6, 2, '', '', '', -7, 10, NULL, NULL, NULL, -1, NULL, '2026-03-01 00:00:00+00'),
    (7, 3, 'json', 'json', 'completed', 42, 4200, 'https://files.example.org/7?signature=x', '{"a": [1, null]}', NULL,
     2, 3, '2026-03-01 00:00:00+00'),
    (8, 3, 'json', 'json', 'failed', 0, NULL, NULL, NULL, 'out of luck', 5, 1, '2026-03-01 00:00:00+00'),
    (9, 4, 'pdf', 'pdf', 'pending', 0, NULL, NULL, NULL, NULL, 0, NULL, '2026-03-01 00:00:00+00'),
    (10, 4, 'pdf', 'pdf', 'processing', 0, NULL, NULL, '{"from": "2026-01-01"}', NULL, 0, NULL, NULL)
    ) AS row (n, person, type, format, status, records, bytes, url, filters, error, retries, seconds, created)
  JOIN person ON person.n = row.person;

-- Longer than any index takes, and of a kind that compression does not shorten.
INSERT INTO public.export_history (id, user_id, export_type, export_format, filters)
SELECT md5('earlier export 11')::uuid, id, 'json', 'json',
       (SELECT jsonb_object_agg('key ' || i, md5(i::text)) FROM generate_series(1, 500) AS i)
  FROM person
 WHERE n = 5;
