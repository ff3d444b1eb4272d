-- Sample learners for tests and the demo: twenty-five people and what they left in every table of the application.
-- Nothing is random and nothing depends on the clock, so two databases filled by this file hold the same rows.

-- The same kind and key always give the same id, and the same throw of a die.
CREATE FUNCTION pg_temp.id_of(kind text, key text) RETURNS uuid
    LANGUAGE sql IMMUTABLE AS $function$ SELECT md5('sample ' || kind || ' ' || key)::uuid $function$;
CREATE FUNCTION pg_temp.roll(key text, sides integer) RETURNS integer
    LANGUAGE sql IMMUTABLE AS $function$ SELECT ('x' || substr(md5(key), 1, 7))::bit(28)::integer % sides $function$;

CREATE TEMPORARY TABLE person AS
SELECT n, username, full_name, level::public.spanish_level AS level, pg_temp.id_of('user', n::text) AS id
  FROM (VALUES
    (1, 'amelia', 'Amelia Ríos', 'beginner'),
    (2, 'bruno', 'Bruno Nuñez', 'intermediate'),
    (3, 'chloe', 'Chloé Lefèvre', 'advanced'),
    (4, NULL, NULL, 'beginner'),
    (5, 'daiki', '大輝 佐藤', 'beginner'),
    (6, 'elif', 'Elif Işık', 'intermediate'),
    (7, 'femi', 'Fẹ́mi Adébáyọ̀', 'beginner'),
    (8, 'greta', 'Greta Müller-Weiß', 'advanced'),
    (9, NULL, 'Hanna Lindström', 'intermediate'),
    (10, 'ivan', 'Иван Петров', 'beginner'),
    (11, 'joao', 'João Conceição', 'intermediate'),
    (12, 'karim', 'كريم منصور', 'beginner'),
    (13, 'liam', 'Liam O''Connor', 'beginner'),
    (14, 'maya', 'Maya "May" Goldberg', 'advanced'),
    (15, 'noah', 'Noah Smith, Jr.', 'intermediate'),
    (16, NULL, NULL, 'beginner'),
    (17, 'olga', 'Olga Wójcik', 'intermediate'),
    (18, 'priya', 'प्रिया शर्मा', 'beginner'),
    (19, 'quinn', '', 'beginner'),
    (20, 'rosa', 'Rosa 🌹 Peña', 'advanced'),
    (21, 'soren', 'Søren Ågård', 'intermediate'),
    (22, 'tam', 'Trần Minh Tâm', 'beginner'),
    (23, 'uma', NULL, 'intermediate'),
    (24, 'vera', 'Věra Dvořáková', 'advanced'),
    (25, 'wei', '王伟', 'beginner')) AS learner (n, username, full_name, level);

CREATE TEMPORARY TABLE word AS
SELECT *
  FROM (VALUES
    (1, 'la montaña', 'mountain', 'noun', 'femenino', 'la', 'las montañas', 'monˈtaɲa', '⛰️',
        'La montaña está cubierta de nieve.', 'The mountain is covered in snow.'),
    (2, 'el niño', 'boy', 'noun', 'masculino', 'el', 'los niños', 'ˈniɲo', '👦',
        'El niño juega en el parque.', 'The boy plays in the park.'),
    (3, 'la mañana', 'morning', 'noun', 'femenino', 'la', 'las mañanas', 'maˈɲana', '🌅',
        '¡Qué mañana tan bonita!', 'What a beautiful morning!'),
    (4, 'el pingüino', 'penguin', 'noun', 'masculino', 'el', 'los pingüinos', 'pinˈɡwino', '🐧',
        'El pingüino no puede volar.', 'The penguin cannot fly.'),
    (5, 'el corazón', 'heart', 'noun', 'masculino', 'el', 'los corazones', 'koɾaˈson', '❤️',
        'Mi corazón late deprisa.', 'My heart beats fast.'),
    (6, 'la canción', 'song', 'noun', 'femenino', 'la', 'las canciones', 'kanˈsjon', '🎵',
        '¿Conoces esta canción?', 'Do you know this song?'),
    (7, 'el árbol', 'tree', 'noun', 'masculino', 'el', 'los árboles', 'ˈaɾβol', '🌳',
        'El árbol da sombra.', 'The tree gives shade.'),
    (8, 'el océano', 'ocean', 'noun', 'masculino', 'el', 'los océanos', 'oˈseano', '🌊',
        'El océano está en calma.', 'The ocean is calm.'),
    (9, 'la lluvia', 'rain', 'noun', 'femenino', 'la', 'las lluvias', 'ˈʝuβja', '🌧️',
        'La lluvia cae sin cesar.', 'The rain falls without stopping.'),
    (10, 'el desayuno', 'breakfast', 'noun', 'masculino', 'el', 'los desayunos', 'desaˈʝuno', '🍳',
        'El desayuno está listo.', 'Breakfast is ready.'),
    (11, 'soñar', 'to dream', 'verb', NULL, NULL, NULL, 'soˈɲaɾ', '💭',
        'Sueño con viajar a Perú.', 'I dream of travelling to Peru.'),
    (12, 'despertarse', 'to wake up', 'verb', NULL, NULL, NULL, 'despeɾˈtaɾse', '⏰',
        'Me despierto a las siete.', 'I wake up at seven.'),
    (13, 'averiguar', 'to find out', 'verb', NULL, NULL, NULL, 'aβeɾiˈɣwaɾ', NULL,
        'Averigüé la verdad.', 'I found out the truth.'),
    (14, 'echar de menos', 'to miss (someone)', 'verb', NULL, NULL, NULL, NULL, '🥲',
        'Te echo de menos, "mi amor".', 'I miss you, "my love".'),
    (15, 'rápido', 'fast', 'adjective', NULL, NULL, NULL, 'ˈrapiðo', '🏃',
        'El tren es muy rápido.', 'The train is very fast.'),
    (16, 'pequeño', 'small', 'adjective', NULL, NULL, NULL, 'peˈkeɲo', NULL,
        'Vivo en un pueblo pequeño.', 'I live in a small village.'),
    (17, 'fácil', 'easy', 'adjective', NULL, NULL, NULL, 'ˈfasil', '👌',
        'El examen fue fácil; lo demás, no.', 'The exam was easy; the rest was not.'),
    (18, 'quizás', 'perhaps', 'adverb', NULL, NULL, NULL, 'kiˈsas', '🤷',
        'Quizás llueva mañana.', 'Perhaps it will rain tomorrow.'),
    (19, 'también', 'also', 'adverb', NULL, NULL, NULL, 'tamˈbjen', NULL,
        'Yo también quiero café.', 'I want coffee too.'),
    (20, 'según', 'according to', 'preposition', NULL, NULL, NULL, 'seˈɣun', NULL,
        'Según él, es cierto.', 'According to him, it is true.'),
    (21, '¡ojalá!', 'I hope so!', 'interjection', NULL, NULL, NULL, 'oxaˈla', '🤞',
        '¡Ojalá que vengas!', 'I hope you come!'),
    (22, '¿cuánto cuesta?', 'how much is it?', 'other', NULL, NULL, NULL, 'ˈkwanto ˈkwesta', '💶',
        '¿Cuánto cuesta, por favor?', 'How much is it, please?'),
    (23, 'el murciélago', 'bat', 'noun', 'masculino', 'el', 'los murciélagos', 'muɾˈsjelaɣo', '🦇',
        'El murciélago duerme de día.', 'The bat sleeps by day.'),
    (24, 'la vergüenza', 'shame', 'noun', 'femenino', 'la', NULL, 'beɾˈɣwensa', '😳',
        'Me da vergüenza cantar.', 'I am too shy to sing.')
    ) AS entry (n, spanish, english, kind, gender, article, plural, ipa, emoji, sentence, sentence_english);

INSERT INTO public.users (id, email, username, full_name, avatar_url, spanish_level, is_authenticated,
                          profile_completed, theme, language, default_description_style, target_words_per_day, preferred_difficulty,
                          enable_notifications, created_at, updated_at, last_login)
SELECT id, 'learner' || to_char(n, 'FM00') || '@example.org', username, full_name,
       CASE WHEN n % 3 = 0 THEN 'https://images.example.org/avatars/' || n || '.webp' END,
       level, true, full_name IS NOT NULL,
       (enum_range(NULL::public.theme_preference))[1 + n % 3],
       (enum_range(NULL::public.language_preference))[1 + n % 2],
       (enum_range(NULL::public.description_style))[1 + n % 7],
       5 + n % 4 * 5, level::text::public.difficulty_level, n % 4 <> 0,
       timestamptz '2026-06-01 08:00:00+00' + n * interval '1 day 37 minutes',
       timestamptz '2026-10-01 08:00:00+00' + n * interval '5 hours',
       CASE WHEN n % 5 <> 0 THEN timestamptz '2026-11-01 18:30:00+00' + n * interval '11 hours' END
  FROM person;

INSERT INTO public.user_settings (id, user_id, theme, language, font_size, high_contrast, default_description_style,
                                  reminder_frequency, reminder_time, default_export_format, daily_word_goal,
                                  weekly_session_goal, created_at, updated_at)
SELECT pg_temp.id_of('settings', n::text), id,
       (enum_range(NULL::public.theme_preference))[1 + n % 3],
       (enum_range(NULL::public.language_preference))[1 + n % 2],
       (ARRAY ['small', 'medium', 'large'])[1 + n % 3], n % 6 = 0,
       (enum_range(NULL::public.description_style))[1 + n % 7],
       (ARRAY ['daily', 'weekly', NULL])[1 + n % 3],
       time '06:15' + n * interval '23 minutes',
       (enum_range(NULL::public.export_format))[1 + n % 3], 5 + n % 20, 1 + n % 7,
       timestamptz '2026-06-01 08:05:00+00' + n * interval '1 day', timestamptz '2026-10-05 12:00:00+00'
  FROM person
 WHERE n % 8 <> 4;

-- Every ninth session is still open, and old programs left counters NULL.
INSERT INTO public.sessions (id, user_id, session_type, started_at, ended_at, duration_minutes, images_processed,
                             descriptions_generated, qa_attempts, qa_correct, vocabulary_learned, phrases_saved,
                             session_data, user_agent, ip_address, device_type, engagement_score, completion_rate,
                             created_at)
SELECT pg_temp.id_of('session', person.n || '/' || s), person.id,
       (enum_range(NULL::public.session_type))[1 + (person.n + s) % 4],
       started_at,
       CASE WHEN s % 9 <> 0 THEN started_at + minutes * interval '1 minute' + interval '17.25 seconds' END,
       CASE WHEN s % 9 <> 0 AND s % 4 <> 0 THEN minutes END,
       CASE WHEN s % 7 <> 0 THEN 1 + s % 5 END, s % 4, attempts,
       pg_temp.roll('correct ' || person.n || '/' || s, attempts + 1),
       s % 6, s % 3,
       jsonb_build_object('source', 'sample', 'etiqueta', 'sesión nº ' || s, 'pasos', jsonb_build_array(1, NULL, s)),
       'Mozilla/5.0 (sample; rv:' || 100 + s || '.0)',
       CASE WHEN s % 2 = 0 THEN ('192.0.2.' || person.n)::inet ELSE ('2001:db8::' || person.n)::inet END,
       (ARRAY ['mobile', 'desktop', 'tablet'])[1 + s % 3], (s % 10) / 10.0, (s % 11) / 10.0,
       started_at
  FROM person
 CROSS JOIN generate_series(1, 12) AS s
 CROSS JOIN LATERAL (SELECT timestamptz '2026-10-20 06:00:00+00' + s * interval '2 days'
                                + person.n * interval '47 minutes' AS started_at,
                            4 + pg_temp.roll('minutes ' || person.n || '/' || s, 50) AS minutes,
                            pg_temp.roll('attempts ' || person.n || '/' || s, 9) AS attempts) AS drawn;

-- Each learner's own list; every third learner publishes one too, and shares one with the next learner.
INSERT INTO public.vocabulary_lists (id, name, description, category, difficulty_level, total_words, is_public,
                                     created_by, shared_with, completion_rate, average_mastery, tags, created_at,
                                     updated_at)
SELECT pg_temp.id_of('list', 'own/' || n), 'Mis palabras de español', NULL::text,
       'custom'::public.vocabulary_category, 1 + n % 3, 12, false, id, NULL::uuid[], n % 100, n % 7,
       ARRAY ['propias', 'año 2026'],
       timestamptz '2026-07-01 09:00:00+00' + n * interval '1 day', timestamptz '2026-10-01 09:00:00+00'
  FROM person
UNION ALL
SELECT pg_temp.id_of('list', 'public/' || n), 'Naturaleza y montaña 🏔️', '¡Para todos! Sin "trampas", con acentos.',
       'thematic', 2, 6, true, id, NULL, 0, 0, ARRAY ['naturaleza'],
       timestamptz '2026-07-15 09:00:00+00' + n * interval '1 day', timestamptz '2026-10-02 09:00:00+00'
  FROM person
 WHERE n % 3 = 0
UNION ALL
SELECT pg_temp.id_of('list', 'shared/' || n), 'Para estudiar juntos', '', 'intermediate', 2, 6, false, id,
       ARRAY [pg_temp.id_of('user', (n % 25 + 1)::text)], 12.5, 3.25, '{}',
       timestamptz '2026-08-01 09:00:00+00' + n * interval '1 day', timestamptz '2026-10-03 09:00:00+00'
  FROM person
 WHERE n % 3 = 1
UNION ALL
SELECT pg_temp.id_of('list', 'ownerless'), 'Vocabulario básico', 'Its author deleted the account.', 'basic', 1, 24,
       true, NULL, NULL, 0, 0, NULL, timestamptz '2026-05-01 09:00:00+00', timestamptz '2026-05-01 09:00:00+00';

INSERT INTO public.vocabulary_items (id, vocabulary_list_id, spanish_text, english_translation, part_of_speech,
                                     difficulty_level, gender, article, plural_form, conjugation_info, category,
                                     context_sentence_spanish, context_sentence_english, pronunciation_ipa,
                                     syllable_count, usage_notes, frequency_score, commonality_rank, synonyms,
                                     related_words, memory_hints, emoji_representation, created_at)
SELECT pg_temp.id_of('item', list.id || '/' || word.n), list.id, word.spanish, word.english,
       word.kind::public.part_of_speech, (enum_range(NULL::public.difficulty_level))[1 + word.n % 3],
       word.gender::public.spanish_gender, word.article, word.plural,
       CASE WHEN word.kind = 'verb'
            THEN jsonb_build_object('infinitivo', word.spanish, 'irregular', word.n % 2 = 0) END,
       CASE WHEN word.n % 4 <> 0 THEN list.category::text END,
       word.sentence, word.sentence_english, word.ipa, 2 + word.n % 4,
       CASE WHEN word.n % 5 = 0 THEN E'Primera línea\nsegunda línea; con coma, "comillas" y tabulador\t.' END,
       1 + word.n % 10, word.n * 17, CASE WHEN word.n % 6 = 0 THEN ARRAY ['melodía', 'tonada'] END,
       CASE WHEN word.n % 7 = 0 THEN '{}'::text[] END,
       CASE WHEN word.n % 8 = 0 THEN ARRAY ['=como "ocean"', NULL, '-con acento-'] END,
       word.emoji, list.created_at + word.n * interval '3 minutes'
  FROM public.vocabulary_lists AS list
  JOIN word ON word.n <= list.total_words;

INSERT INTO public.learning_progress (id, user_id, vocabulary_item_id, session_id, mastery_level, review_count,
                                      correct_count, incorrect_count, streak_count, last_reviewed, next_review,
                                      first_learned, learning_phase, confidence_score, average_response_time,
                                      error_patterns, ease_factor, interval_days, created_at, updated_at)
SELECT pg_temp.id_of('learning', person.n || '/' || item.id), person.id, item.id,
       CASE WHEN drawn.roll % 3 <> 0 THEN pg_temp.id_of('session', person.n || '/' || 1 + drawn.roll % 12) END,
       drawn.roll % 6, drawn.roll % 20, drawn.roll % 13, drawn.roll % 7, drawn.roll % 5,
       CASE WHEN drawn.roll % 4 <> 0 THEN timestamptz '2026-10-20 07:00:00+00' + drawn.roll * interval '13 minutes' END,
       CASE WHEN drawn.roll % 4 <> 0 THEN timestamptz '2026-11-20 07:00:00+00' + drawn.roll * interval '13 minutes' END,
       timestamptz '2026-08-20 07:00:00+00' + drawn.roll * interval '13 minutes',
       (enum_range(NULL::public.learning_phase))[1 + drawn.roll % 4], (drawn.roll % 100) / 100.0,
       CASE WHEN drawn.roll % 5 <> 0 THEN 400 + drawn.roll END,
       CASE WHEN drawn.roll % 6 = 0 THEN '{"acentos": 2, "género": ["el", "la"]}'::jsonb ELSE '{}' END,
       1.3 + (drawn.roll % 12) / 10.0, 1 + drawn.roll % 30,
       timestamptz '2026-08-20 07:00:00+00' + drawn.roll * interval '13 minutes',
       timestamptz '2026-10-20 07:00:00+00' + drawn.roll * interval '13 minutes'
  FROM person
  JOIN public.vocabulary_items AS item
    ON item.vocabulary_list_id IN (pg_temp.id_of('list', 'own/' || person.n), pg_temp.id_of('list', 'ownerless'))
 CROSS JOIN LATERAL (SELECT pg_temp.roll('learning ' || person.n || item.id, 1000) AS roll) AS drawn
 WHERE drawn.roll % 10 <> 9;

INSERT INTO public.images (id, unsplash_id, url, thumbnail_url, description, alt_description, width, height, color,
                           aspect_ratio, photographer_name, photographer_username, photographer_url, usage_count,
                           last_used, created_at, updated_at)
SELECT pg_temp.id_of('image', n::text), CASE WHEN n % 10 <> 0 THEN 'sample-' || n END,
       'https://images.example.org/photos/' || n || '.jpg',
       'https://images.example.org/photos/' || n || '.jpg?w=200&h=150',
       CASE WHEN n % 3 <> 0 THEN 'Una plaza de España, nº ' || n END, 'A square in Spain', 1600, 1200,
       '#' || substr(md5(n::text), 1, 6), 1.333, 'Íñigo Peña', 'inigo', 'https://images.example.org/@inigo', n % 9,
       timestamptz '2026-10-25 10:00:00+00' + n * interval '1 hour',
       timestamptz '2026-06-05 10:00:00+00' + n * interval '1 day', timestamptz '2026-10-25 10:00:00+00'
  FROM generate_series(1, 30) AS n;

-- Rows of nobody, in this table and the two that follow, are what deleted accounts leave behind.
INSERT INTO public.saved_descriptions (id, user_id, session_id, image_id, english_description, spanish_description,
                                       description_style, word_count_english, word_count_spanish, complexity_score,
                                       readability_score, generated_vocabulary, qa_pairs, extracted_phrases,
                                       is_favorite, tags, personal_notes, user_rating, is_public, model_version,
                                       generation_params, generation_time_ms, created_at, updated_at)
SELECT pg_temp.id_of('description', owner.n || '/' || d), owner.id,
       CASE WHEN owner.id IS NOT NULL AND d % 4 <> 0 THEN pg_temp.id_of('session', owner.n || '/' || d) END,
       pg_temp.id_of('image', (1 + (owner.n + d) % 30)::text),
       'A boy looks at the mountain, "far away", while the rain falls. (' || d || ')',
       'Un niño mira la montaña, «lejana», mientras cae la lluvia. ¿Qué sueña? ¡Quizás con el océano! 🌊 (' || d || ')',
       (enum_range(NULL::public.description_style))[1 + (owner.n + d) % 7], 11 + d, 14 + d, (d % 10) / 10.0,
       (d % 9) / 10.0,
       jsonb_build_array(jsonb_build_object('palabra', 'montaña', 'veces', d)), '[]',
       CASE WHEN d % 3 = 0 THEN '["cae la lluvia", "¿qué sueña?"]'::jsonb ELSE '[]' END,
       d % 5 = 0, CASE WHEN d % 2 = 0 THEN ARRAY ['viaje', 'niñez, recuerdos'] ELSE '{}' END,
       CASE d % 4 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN '+1 para repasar' ELSE E'Repasar:\r\n- acentos' END,
       CASE WHEN d % 3 <> 0 THEN 1 + d % 5 END, d % 6 = 0, 'sample-1', '{"temperature": 0.7}', 900 + d * 13,
       timestamptz '2026-10-21 06:30:00+00' + d * interval '2 days' + owner.n * interval '47 minutes',
       timestamptz '2026-10-21 06:30:00+00' + d * interval '2 days' + owner.n * interval '47 minutes'
  FROM (SELECT n, id FROM person UNION ALL SELECT 0, NULL) AS owner
 CROSS JOIN generate_series(1, 10) AS d;

INSERT INTO public.qa_responses (id, user_id, session_id, image_id, description_id, question, correct_answer,
                                 user_answer, is_correct, similarity_score, confidence_level, difficulty,
                                 question_type, language_focus, response_time_seconds, hint_used, attempts_count,
                                 vocabulary_items_tested, grammar_concepts, explanation, feedback_positive,
                                 created_at)
SELECT pg_temp.id_of('answer', owner.n || '/' || q), owner.id,
       CASE WHEN owner.id IS NOT NULL AND q % 5 <> 0 THEN pg_temp.id_of('session', owner.n || '/' || 1 + q % 12) END,
       pg_temp.id_of('image', (1 + (owner.n + q) % 30)::text),
       pg_temp.id_of('description', owner.n || '/' || 1 + q % 10),
       '¿Cómo se dice "' || word.english || '"?', word.spanish,
       CASE q % 4 WHEN 0 THEN NULL WHEN 1 THEN word.spanish ELSE upper(word.english) END,
       CASE WHEN q % 4 <> 0 THEN q % 4 = 1 END,
       CASE WHEN q % 4 <> 0 THEN (q % 10) / 10.0 END, (q % 7) / 10.0,
       (enum_range(NULL::public.qa_difficulty))[1 + q % 3],
       (ARRAY ['translation', 'open', 'choice'])[1 + q % 3], CASE WHEN q % 2 = 0 THEN 'vocabulario' END,
       CASE WHEN q % 4 <> 0 THEN 3 + q END, q % 6 = 0, 1 + q % 3,
       ARRAY [pg_temp.id_of('item', pg_temp.id_of('list', 'ownerless') || '/' || word.n)],
       CASE WHEN q % 3 = 0 THEN ARRAY ['género', 'número'] END,
       'Se escribe «' || word.spanish || '».', CASE WHEN q % 4 = 1 THEN '¡Muy bien! 🎉' END,
       timestamptz '2026-10-21 06:45:00+00' + q * interval '19 hours' + owner.n * interval '31 minutes'
  FROM (SELECT n, id FROM person UNION ALL SELECT 0, NULL) AS owner
 CROSS JOIN generate_series(1, 24) AS q
  JOIN word ON word.n = q;

INSERT INTO public.user_interactions (id, user_id, session_id, interaction_type, component, action, target_id, page_url,
                                      referrer, user_agent, "timestamp", duration_ms, metadata)
SELECT pg_temp.id_of('interaction', owner.n || '/' || i), owner.id,
       CASE WHEN owner.id IS NOT NULL AND i % 10 <> 0 THEN pg_temp.id_of('session', owner.n || '/' || 1 + i % 12) END,
       (ARRAY ['click', 'view', 'search', 'audio'])[1 + i % 4],
       CASE WHEN i % 7 <> 0 THEN (ARRAY ['PhraseList', 'ImageSearch', 'QuizCard'])[1 + i % 3] END,
       (ARRAY ['open', 'save', 'answer', 'play', 'close'])[1 + i % 5],
       CASE WHEN i % 3 = 0 THEN pg_temp.id_of('image', (1 + i % 30)::text) END,
       '/aprender/lección-' || 1 + i % 12 || '?q=ni%C3%B1o', CASE WHEN i % 2 = 0 THEN 'https://example.org/' END,
       'Mozilla/5.0 (sample)',
       timestamptz '2026-10-22 06:00:00+00' + i * interval '2 hours 7 minutes' + owner.n * interval '41.000123 seconds',
       CASE WHEN i % 6 <> 0 THEN pg_temp.roll('duration ' || owner.n || '/' || i, 90000) END,
       CASE WHEN i % 4 = 0 THEN '{}' ELSE jsonb_build_object('búsqueda', 'montaña 🏔️', 'resultados', i % 30) END
  FROM (SELECT n, id, 200 + n * 8 AS interactions FROM person UNION ALL SELECT 0, NULL, 40) AS owner
 CROSS JOIN LATERAL generate_series(1, owner.interactions) AS i;

INSERT INTO public.learning_analytics (id, user_id, date_recorded, period_type, vocabulary_learned,
                                       vocabulary_reviewed, qa_correct, qa_total, sessions_count, total_study_time,
                                       descriptions_generated, average_accuracy, improvement_rate, consistency_score,
                                       daily_goal_met, weekly_goal_met, streak_days, created_at)
SELECT pg_temp.id_of('analytics', n || '/' || d), id, date '2026-10-15' + d, 'daily', d % 6, d % 11, d % 5, 5 + d % 4,
       d % 3, d % 3 * 17, d % 2, 55.5 + d, (d - 14) / 10.0, (d % 10) / 10.0, d % 2 = 0, d % 7 = 0, d % 9,
       timestamptz '2026-10-15 23:55:00+00' + d * interval '1 day'
  FROM person
 CROSS JOIN generate_series(0, 27) AS d
UNION ALL
SELECT pg_temp.id_of('analytics', n || '/week ' || w), id, date '2026-10-12' + 7 * w, 'weekly', 12, 30, 18, 25, 4, 95,
       6, 72.25,
       -1.5, 0.8, NULL, w % 2 = 0, NULL, timestamptz '2026-10-18 23:59:00+00' + w * interval '7 days'
  FROM person
 CROSS JOIN generate_series(0, 3) AS w;

DROP TABLE person, word;
DROP FUNCTION pg_temp.id_of(text, text), pg_temp.roll(text, integer);
