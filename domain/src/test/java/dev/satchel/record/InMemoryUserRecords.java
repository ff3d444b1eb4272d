package dev.satchel.record;

import dev.satchel.AbortSignal;
import dev.satchel.UserId;
import dev.satchel.record.filter.Period;
import dev.satchel.record.hash.RecordHasher;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CancellationException;

/**
 * The records of users in memory, as rows of the plain objects that {@link RecordingSink} names.
 *
 * <p>The moment of a record is the value of its dataset's first column of type {@code INSTANT} or {@code DATE}; a word's
 * difficulty and phase are in the columns {@code difficulty_level} and {@code learning_phase}.
 */
public final class InMemoryUserRecords implements UserRecords {

    private final Map<Dataset, List<Column>> columns = new LinkedHashMap<>();
    private final Map<Dataset, List<Row>> rows = new LinkedHashMap<>();
    private Instant takenAt = Instant.parse("2026-03-01T12:00:00Z");

    private record Row(UserId owner, List<Object> values) {}

    /** Makes the dataset exist, without records; one that was never created is absent. */
    public InMemoryUserRecords create(Dataset dataset, Column... ofColumns) {
        columns.put(dataset, List.of(ofColumns));
        rows.put(dataset, new ArrayList<>());
        return this;
    }

    public void drop(Dataset dataset) {
        columns.remove(dataset);
        rows.remove(dataset);
    }

    /** Adds a record of the user, with one value per column. */
    public InMemoryUserRecords add(UserId owner, Dataset dataset, Object... values) {
        if (values.length != columns.get(dataset).size()) {
            throw new IllegalArgumentException(
                    "one value per column of " + columns.get(dataset) + " expected, not " + Arrays.toString(values));
        }
        rows.get(dataset).add(new Row(owner, Arrays.asList(values)));
        return this;
    }

    public void setTakenAt(Instant moment) {
        takenAt = moment;
    }

    @Override
    public Snapshot read(
            UserId user, List<Dataset> datasets, ExportFilters filters, RecordSink sink, AbortSignal signal)
            throws IOException {
        Map<Dataset, Long> counts = new LinkedHashMap<>();
        List<Dataset> absent = new ArrayList<>();
        Map<Dataset, String> hashes = new LinkedHashMap<>();
        for (Dataset dataset : datasets) {
            if (!columns.containsKey(dataset)) {
                absent.add(dataset);
                continue;
            }
            if (!dataset.isIn(filters.profile())) {
                continue;
            }
            List<Column> held = columns.get(dataset).stream()
                    .filter(filters.profile()::holds)
                    .toList();
            sink.beginDataset(dataset, held);
            RecordHasher hasher = new RecordHasher();
            hasher.begin(held);
            long count = 0;
            for (Row row : rows.get(dataset)) {
                if (row.owner().equals(user) && passes(dataset, row, filters)) {
                    if (signal.isAborted()) {
                        throw new CancellationException("the reading was aborted");
                    }
                    push(row, columns.get(dataset), filters.profile(), sink);
                    push(row, columns.get(dataset), filters.profile(), hasher);
                    count++;
                }
            }
            sink.endDataset();
            counts.put(dataset, count);
            if (sink.needsHashes()) {
                hashes.put(dataset, hasher.hash().toString());
            }
        }
        return new Snapshot(takenAt, counts, absent, "in memory", List.of(), hashes);
    }

    private boolean passes(Dataset dataset, Row row, ExportFilters filters) {
        if (dataset.isDated()
                && !filters.days().map(days -> isIn(days, moment(dataset, row))).orElse(true)) {
            return false;
        }
        if (dataset != LearningDatasets.VOCABULARY) {
            return true;
        }
        return filters.difficultyOfWords()
                        .map(wanted -> wanted.code().equals(named("difficulty_level", dataset, row)))
                        .orElse(true)
                && filters.phaseOfWords()
                        .map(wanted -> wanted.code().equals(named("learning_phase", dataset, row)))
                        .orElse(true);
    }

    private Object moment(Dataset dataset, Row row) {
        for (int i = 0; i < row.values().size(); i++) {
            Column.Type type = columns.get(dataset).get(i).type();
            if (type == Column.Type.INSTANT || type == Column.Type.DATE) {
                return row.values().get(i);
            }
        }
        throw new IllegalStateException(dataset + " is dated but has no column with a moment");
    }

    private Object named(String name, Dataset dataset, Row row) {
        return row.values()
                .get(columns.get(dataset).stream().map(Column::name).toList().indexOf(name));
    }

    private static boolean isIn(Period days, Object moment) {
        if (moment instanceof LocalDate day) {
            return (days.from() == null || !day.isBefore(days.from()))
                    && (days.to() == null || !day.isAfter(days.to()));
        }
        if (moment instanceof Instant instant) {
            return days.start().map(start -> !instant.isBefore(start)).orElse(true)
                    && days.end().map(instant::isBefore).orElse(true);
        }
        return false;
    }

    private static void push(Row row, List<Column> columns, ExportFilters.Profile profile, RecordSink sink)
            throws IOException {
        sink.beginRecord();
        for (int i = 0; i < columns.size(); i++) {
            if (profile.holds(columns.get(i))) {
                push(row.values().get(i), sink);
            }
        }
        sink.endRecord();
    }

    private static void push(Object value, RecordSink sink) throws IOException {
        if (value == null) {
            sink.missing();
        } else if (value instanceof Boolean truth) {
            sink.bool(truth);
        } else if (value instanceof Long number) {
            sink.integer(number);
        } else if (value instanceof BigDecimal number) {
            byte[] ascii = number.toPlainString().getBytes(StandardCharsets.US_ASCII);
            sink.decimal(ascii, 0, ascii.length);
        } else if (value instanceof RecordSink.NonFinite none) {
            sink.nonFinite(none);
        } else if (value instanceof UUID id) {
            sink.uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
        } else if (value instanceof String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            sink.text(utf8, 0, utf8.length);
        } else if (value instanceof RecordingSink.Json json) {
            byte[] utf8 = json.text().getBytes(StandardCharsets.UTF_8);
            sink.json(utf8, 0, utf8.length);
        } else if (value instanceof Instant instant) {
            sink.instant(instant.getEpochSecond(), instant.getNano() / 1_000);
        } else if (value instanceof LocalDate day) {
            sink.date(day.toEpochDay());
        } else {
            throw new IllegalArgumentException("no column type holds a " + value.getClass());
        }
    }
}
