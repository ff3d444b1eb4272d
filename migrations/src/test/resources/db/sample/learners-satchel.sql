-- What the sample learners have in Satchel's own tables; runs after learners.sql, in a migrated database. Whatever the
-- database made of the learners' sessions by itself stays as it is.
INSERT INTO public.user_progress (user_id, total_descriptions, total_images, total_questions_answered,
                                  total_vocabulary_learned, total_sessions, total_time_spent_minutes,
                                  current_streak_days, longest_streak_days, total_points, average_accuracy,
                                  last_activity_at)
SELECT user_id,
       coalesce(sum(descriptions_generated), 0),
       coalesce(sum(images_processed), 0),
       coalesce(sum(qa_attempts), 0),
       coalesce(sum(vocabulary_learned), 0),
       count(*),
       floor(sum(extract(epoch FROM ended_at - started_at)) / 60),
       1,
       1,
       coalesce(sum(qa_correct), 0) * 10,
       coalesce(100.0 * sum(qa_correct) / nullif(sum(qa_attempts), 0), 0),
       max(ended_at)
  FROM public.sessions
 WHERE ended_at IS NOT NULL
   AND user_id IS NOT NULL
 GROUP BY user_id
    ON CONFLICT (user_id) DO NOTHING;
