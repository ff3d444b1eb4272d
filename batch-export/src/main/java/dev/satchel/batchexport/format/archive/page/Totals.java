package dev.satchel.batchexport.format.archive.page;

import dev.satchel.batchexport.format.value.RecordObjects.Moment;
import dev.satchel.record.Column;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The progress of a learner, as Satchel counts it: one record. */
final class Totals {

    private final List<Column> columns;
    private final ZoneId zone;
    private final LocalDate today;
    private final Map<String, Object> values = new HashMap<>();

    private Totals(List<Column> columns, ZoneId zone, LocalDate today) {
        this.columns = List.copyOf(columns);
        this.zone = zone;
        this.today = today;
    }

    /** The totals of a dataset; null if it is not one of progress. */
    static @Nullable Totals of(String dataset, List<Column> columns, ZoneId zone, LocalDate today) {
        boolean isOne = dataset.equals("progress") && View.index(columns, "total_sessions", Column.Type.INTEGER) >= 0;
        return isOne ? new Totals(columns, zone, today) : null;
    }

    void add(List<@Nullable Object> record) {
        for (int at = 0; at < columns.size(); at++) {
            Object value = record.get(at);
            if (value != null) {
                values.putIfAbsent(columns.get(at).name(), value);
            }
        }
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    OptionalLong number(String column) {
        return values.get(column) instanceof Long number ? OptionalLong.of(number) : OptionalLong.empty();
    }

    /** The share of correct answers of all time, from 0 to 1; null if there is none. */
    @Nullable
    Double accuracy() {
        return values.get("average_accuracy") instanceof BigDecimal percent ? percent.doubleValue() / 100 : null;
    }

    /**
     * The streak today, where the page's zone is the one in which the user's days are counted. A streak ends at midnight,
     * and its column only with the next session or clean-up.
     */
    OptionalLong currentStreak() {
        LocalDate last = lastActivity();
        return last != null && last.isBefore(today.minusDays(1)) ? OptionalLong.of(0) : number("current_streak_days");
    }

    /** The day of the last activity; null if it is unknown. */
    @Nullable
    LocalDate lastActivity() {
        return values.get("last_activity_at") instanceof Moment last
                ? Instant.ofEpochSecond(last.epochSecond()).atZone(zone).toLocalDate()
                : null;
    }
}
