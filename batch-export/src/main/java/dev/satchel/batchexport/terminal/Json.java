package dev.satchel.batchexport.terminal;

import dev.satchel.UserId;
import dev.satchel.export.ExportCatalog;
import dev.satchel.progress.Activity;
import dev.satchel.progress.Progress;
import dev.satchel.progress.Streak;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.util.RawValue;

/** The output of {@code --json}. Rows have the column names of their table, and times are in UTC. */
public final class Json {

    private static final ObjectWriter WRITER = JsonMapper.builder().build().writerWithDefaultPrettyPrinter();

    private Json() {}

    public static String of(ExportCatalog.Entry entry) {
        return WRITER.writeValueAsString(fields(entry));
    }

    public static String of(List<ExportCatalog.Entry> entries) {
        return WRITER.writeValueAsString(entries.stream().map(Json::fields).toList());
    }

    /** The row of {@code user_progress}, but with the streak at {@code at} instead of the stored one. */
    public static String of(UserId user, Progress progress, Instant at, Streak streak, Activity activity) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("user_id", user.toString());
        fields.put("total_descriptions", progress.descriptions());
        fields.put("total_images", progress.images());
        fields.put("total_questions_answered", progress.questionsAnswered());
        fields.put("total_vocabulary_learned", progress.vocabularyLearned());
        fields.put("total_sessions", progress.sessions());
        fields.put("total_time_spent_minutes", progress.minutes());
        fields.put("current_streak_days", streak.current());
        fields.put("longest_streak_days", streak.longest());
        fields.put("total_points", progress.points());
        fields.put("average_accuracy", progress.accuracy());
        fields.put("mastered_words_count", progress.words().mastered());
        fields.put("learning_words_count", progress.words().learning());
        fields.put("new_words_count", progress.words().fresh());
        fields.put("last_activity_at", text(progress.lastActivityAt()));
        fields.put("at", at.toString());
        fields.put("today", activity.today().toString());
        Map<String, Long> days = new LinkedHashMap<>();
        activity.sessions().forEach((day, sessions) -> days.put(day.toString(), sessions));
        fields.put("sessions_by_day", days);
        return WRITER.writeValueAsString(fields);
    }

    public static String of(Map<String, @Nullable Object> object) {
        return WRITER.writeValueAsString(object);
    }

    public static String list(List<Map<String, Object>> objects) {
        return WRITER.writeValueAsString(objects);
    }

    private static Map<String, @Nullable Object> fields(ExportCatalog.Entry entry) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("id", entry.id().toString());
        fields.put("user_id", entry.user().toString());
        fields.put("export_type", entry.type());
        fields.put("export_format", entry.format());
        fields.put("status", entry.status());
        fields.put("records_count", entry.records());
        fields.put("file_size_bytes", entry.bytes());
        fields.put("file_url", text(entry.location()));
        fields.put("filters", new RawValue(entry.filters()));
        fields.put("data", new RawValue(entry.manifest()));
        fields.put("error_message", entry.error());
        fields.put("retry_count", entry.retries());
        fields.put("created_at", text(entry.requestedAt()));
        fields.put("started_at", text(entry.startedAt()));
        fields.put("completed_at", text(entry.completedAt()));
        fields.put("expires_at", text(entry.expiresAt()));
        return fields;
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }
}
