package dev.satchel.record;

import dev.satchel.record.hash.RecordHasher;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Keeps every value as a plain object, and refuses any call that the order of {@link RecordSink} or the column's type
 * does not allow.
 *
 * <p>The objects are {@code null} for missing, {@link Boolean}, {@link Long}, {@link BigDecimal} with the scale of its
 * text, {@link UUID}, {@link String}, {@link Json}, {@link Instant}, {@link LocalDate} and {@link
 * RecordSink.NonFinite}.
 */
public final class RecordingSink implements RecordSink {
    private ZoneId zone;

    private final Map<Dataset, Table> tables = new LinkedHashMap<>();
    private Table table;
    private List<Object> row;
    private final boolean hashes;
    private final RecordHasher hasher = new RecordHasher();
    private final Map<Dataset, String> found = new LinkedHashMap<>();

    public RecordingSink() {
        this(false);
    }

    private RecordingSink(boolean hashes) {
        this.hashes = hashes;
    }

    /** A sink that asks for hashes, and computes them itself. */
    public static RecordingSink hashing() {
        return new RecordingSink(true);
    }

    @Override
    public boolean needsHashes() {
        return hashes;
    }

    /** The hash of each dataset that was pushed. */
    public Map<Dataset, String> hashes() {
        return found;
    }

    /** The text of a JSON value, which is not the same as a text. */
    public record Json(String text) {}

    private record Table(Dataset dataset, List<Column> columns, List<List<Object>> rows) {}

    /** The datasets that were begun, in that order; fails while one is unfinished. */
    public List<Dataset> datasets() {
        check(table == null, "the dataset was not ended");
        return List.copyOf(tables.keySet());
    }

    public List<Column> columns(Dataset dataset) {
        return table(dataset).columns();
    }

    public List<List<Object>> rows(Dataset dataset) {
        return table(dataset).rows();
    }

    /** Each record as a map from the column's name. */
    public List<Map<String, Object>> records(Dataset dataset) {
        List<Map<String, Object>> records = new ArrayList<>();
        for (List<Object> values : rows(dataset)) {
            Map<String, Object> record = new LinkedHashMap<>();
            for (int i = 0; i < values.size(); i++) {
                record.put(columns(dataset).get(i).name(), values.get(i));
            }
            records.add(record);
        }
        return records;
    }

    /** The values of one column, record by record. */
    public List<Object> values(Dataset dataset, String column) {
        int index = columns(dataset).stream().map(Column::name).toList().indexOf(column);
        check(index >= 0, "no column " + column + " among " + columns(dataset));
        List<Object> values = new ArrayList<>();
        rows(dataset).forEach(values0 -> values.add(values0.get(index)));
        return values;
    }

    private Table table(Dataset dataset) {
        check(tables.containsKey(dataset), "nothing of " + dataset + " was pushed, only " + tables.keySet());
        return tables.get(dataset);
    }

    /** The zone of the user's days; empty before the reading began. */
    public Optional<ZoneId> zone() {
        return Optional.ofNullable(zone);
    }

    @Override
    public void begin(Instant takenAt, ZoneId zoneOfDays) {
        zone = zoneOfDays;
    }

    @Override
    public void beginDataset(Dataset dataset, List<Column> columns) {
        check(table == null, "beginDataset inside a dataset");
        check(!tables.containsKey(dataset), "the dataset comes twice");
        check(!columns.isEmpty(), "a dataset without columns");
        check(columns.stream().map(Column::name).distinct().count() == columns.size(), "two columns of one name");
        table = new Table(dataset, List.copyOf(columns), new ArrayList<>());
        tables.put(dataset, table);
        hasher.beginDataset(dataset, columns);
    }

    @Override
    public void beginRecord() {
        check(table != null, "beginRecord outside a dataset");
        check(row == null, "beginRecord inside a record");
        row = new ArrayList<>();
        hasher.beginRecord();
    }

    @Override
    public void missing() {
        value(null, Column.Type.values());
        hasher.missing();
    }

    @Override
    public void bool(boolean value) {
        value(value, Column.Type.BOOLEAN);
        hasher.bool(value);
    }

    @Override
    public void integer(long value) {
        value(value, Column.Type.INTEGER);
        hasher.integer(value);
    }

    @Override
    public void decimal(byte[] ascii, int offset, int length) {
        String text = new String(ascii, offset, length, StandardCharsets.US_ASCII);
        check(text.matches("-?(0|[1-9][0-9]*)([.][0-9]+)?"), "not in plain notation: " + text);
        value(new BigDecimal(text), Column.Type.DECIMAL);
        hasher.decimal(ascii, offset, length);
    }

    @Override
    public void nonFinite(NonFinite value) {
        if (value == NonFinite.NAN) {
            value(value, Column.Type.DECIMAL);
        } else {
            value(value, Column.Type.DECIMAL, Column.Type.INSTANT, Column.Type.DATE);
        }
        hasher.nonFinite(value);
    }

    @Override
    public void uuid(long mostSignificantBits, long leastSignificantBits) {
        value(new UUID(mostSignificantBits, leastSignificantBits), Column.Type.UUID);
        hasher.uuid(mostSignificantBits, leastSignificantBits);
    }

    @Override
    public void text(byte[] utf8, int offset, int length) {
        value(strictly(utf8, offset, length), Column.Type.TEXT);
        hasher.text(utf8, offset, length);
    }

    @Override
    public void json(byte[] utf8, int offset, int length) {
        value(new Json(strictly(utf8, offset, length)), Column.Type.JSON);
        hasher.json(utf8, offset, length);
    }

    private static String strictly(byte[] utf8, int offset, int length) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8, offset, length))
                    .toString();
        } catch (CharacterCodingException malformed) {
            throw new AssertionError("not UTF-8", malformed);
        }
    }

    @Override
    public void instant(long epochSecond, int microOfSecond) {
        check(microOfSecond >= 0 && microOfSecond < 1_000_000, "not within a second: " + microOfSecond);
        value(Instant.ofEpochSecond(epochSecond, microOfSecond * 1_000L), Column.Type.INSTANT);
        hasher.instant(epochSecond, microOfSecond);
    }

    @Override
    public void date(long epochDay) {
        value(LocalDate.ofEpochDay(epochDay), Column.Type.DATE);
        hasher.date(epochDay);
    }

    private void value(Object value, Column.Type... types) {
        check(row != null, "a value outside a record");
        check(row.size() < table.columns().size(), "more values than columns");
        Column column = table.columns().get(row.size());
        check(Arrays.asList(types).contains(column.type()), "a value of another type for " + column);
        row.add(value);
    }

    @Override
    public void endRecord() {
        check(row != null, "endRecord outside a record");
        check(row.size() == table.columns().size(), "fewer values than columns");
        table.rows().add(row);
        hasher.endRecord();
        row = null;
    }

    @Override
    public void endDataset() {
        check(table != null, "endDataset outside a dataset");
        check(row == null, "endDataset inside a record");
        found.put(table.dataset(), hasher.hash().toString());
        table = null;
    }

    private void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(table == null ? otherwise : table.dataset() + ": " + otherwise);
        }
    }
}
