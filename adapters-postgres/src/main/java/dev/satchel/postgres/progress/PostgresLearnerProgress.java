package dev.satchel.postgres.progress;

import dev.satchel.UserId;
import dev.satchel.progress.Activity;
import dev.satchel.progress.LearnerProgress;
import dev.satchel.progress.Progress;
import dev.satchel.progress.Streak;
import dev.satchel.progress.Words;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.springframework.jdbc.core.ResultSetExtractor;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Reads {@code public.user_progress} and the days of {@code satchel.session_contribution}, each answer in one statement.
 *
 * <p>The database computes today's date for the user, because the days of contributions come from its list of time
 * zones too. The domain computes the streak.
 */
final class PostgresLearnerProgress implements LearnerProgress {

    private static final String FIND = """
            SELECT total_sessions, total_descriptions, total_images, total_questions_answered,
                   total_vocabulary_learned, total_time_spent_minutes, total_points, average_accuracy,
                   mastered_words_count, learning_words_count, new_words_count, current_streak_days,
                   longest_streak_days, last_activity_at
              FROM public.user_progress
             WHERE user_id = :user
            """;

    // For a user without activity, one row whose day is NULL.
    private static final String ACTIVITY = """
            SELECT today.day AS today, contribution.day, contribution.sessions
              FROM (SELECT satchel.user_day(:user, :at) AS day) AS today
              LEFT JOIN LATERAL (SELECT day, count(*) AS sessions
                                   FROM satchel.session_contribution
                                  WHERE user_id = :user
                                    AND day > today.day - :days
                                    AND day <= today.day
                                  GROUP BY day) AS contribution ON true
            """;

    private static final String ACTIVE_DAYS = """
            SELECT today.day AS today, coalesce(progress.longest_streak_days, 0) AS longest_so_far, contribution.day
              FROM (SELECT satchel.user_day(:user, :at) AS day) AS today
              LEFT JOIN public.user_progress AS progress ON progress.user_id = :user
              LEFT JOIN (SELECT DISTINCT day
                           FROM satchel.session_contribution
                          WHERE user_id = :user) AS contribution ON true
            """;

    private final JdbcClient jdbc;

    public PostgresLearnerProgress(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public Optional<Progress> find(UserId user) {
        return jdbc.sql(FIND)
                .param("user", user.value())
                .query((row, number) -> progress(row))
                .optional();
    }

    @Override
    public Activity activity(UserId user, Instant at) {
        return jdbc.sql(ACTIVITY)
                .param("user", user.value())
                .param("at", atUtc(at))
                .param("days", Activity.DAYS)
                .query((ResultSetExtractor<Activity>) PostgresLearnerProgress::activity);
    }

    @Override
    public Streak streak(UserId user, Instant at) {
        return jdbc.sql(ACTIVE_DAYS)
                .param("user", user.value())
                .param("at", atUtc(at))
                .query((ResultSetExtractor<Streak>) PostgresLearnerProgress::streak);
    }

    // Truncated, because the driver rounds to the nearest microsecond, which could move the last moment of a day to
    // the next day.
    private static OffsetDateTime atUtc(Instant moment) {
        return moment.truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
    }

    private static Progress progress(ResultSet row) throws SQLException {
        OffsetDateTime lastActivity = row.getObject("last_activity_at", OffsetDateTime.class);
        return new Progress(
                row.getInt("total_sessions"),
                row.getInt("total_descriptions"),
                row.getInt("total_images"),
                row.getInt("total_questions_answered"),
                row.getInt("total_vocabulary_learned"),
                row.getInt("total_time_spent_minutes"),
                row.getInt("total_points"),
                row.getBigDecimal("average_accuracy"),
                new Words(
                        row.getInt("mastered_words_count"),
                        row.getInt("learning_words_count"),
                        row.getInt("new_words_count")),
                new Streak(row.getInt("current_streak_days"), row.getInt("longest_streak_days")),
                lastActivity == null ? null : lastActivity.toInstant());
    }

    private static Activity activity(ResultSet rows) throws SQLException {
        SortedMap<LocalDate, Long> sessions = new TreeMap<>();
        LocalDate today;
        rows.next();
        do {
            today = rows.getObject("today", LocalDate.class);
            LocalDate day = rows.getObject("day", LocalDate.class);
            if (day != null) {
                sessions.put(day, rows.getLong("sessions"));
            }
        } while (rows.next());
        return new Activity(today, sessions);
    }

    private static Streak streak(ResultSet rows) throws SQLException {
        List<LocalDate> days = new ArrayList<>();
        LocalDate today;
        int longestSoFar;
        rows.next();
        do {
            today = rows.getObject("today", LocalDate.class);
            longestSoFar = rows.getInt("longest_so_far");
            LocalDate day = rows.getObject("day", LocalDate.class);
            if (day != null) {
                days.add(day);
            }
        } while (rows.next());
        return Streak.of(days, today).remembering(longestSoFar);
    }
}
