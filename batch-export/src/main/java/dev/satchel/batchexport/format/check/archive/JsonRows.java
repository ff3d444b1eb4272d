package dev.satchel.batchexport.format.check.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.batchexport.format.check.JsonReading;
import dev.satchel.batchexport.format.check.UnreadableContentException;
import dev.satchel.record.Column;
import dev.satchel.record.RecordSink.NonFinite;
import dev.satchel.record.hash.RecordHash;
import dev.satchel.record.hash.RecordHasher;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads the JSON file of a dataset, an array with an object on each line, and computes the hash of its records, and a sum
 * over the texts that the cells of the CSV file have. Used by one thread.
 */
final class JsonRows {

    private final InputStream in;
    private final List<Column> columns;
    private final Set<String> hashed = new HashSet<>();
    private final RecordHasher values = new RecordHasher();
    private final RecordHasher cells = new RecordHasher();
    private byte[] buffer = new byte[1024];

    private JsonRows(InputStream in, ArchiveManifest.Table table) {
        this.in = in;
        this.columns = table.written();
        table.columns().forEach(column -> hashed.add(column.name()));
        values.begin(table.columns());
        cells.begin(Cells.of(columns));
    }

    /**
     * The sums.
     *
     * @param hash the hash of the records
     * @param cells the sum over the texts of cells
     */
    record Sums(long records, RecordHash hash, RecordHash cells) {}

    static Sums read(InputStream in, ArchiveManifest.Table table) throws IOException {
        JsonRows rows = new JsonRows(in, table);
        rows.readAll();
        return new Sums(rows.values.records(), rows.values.hash(), rows.cells.hash());
    }

    private void readAll() throws IOException {
        int length = line();
        if (!is(length, '[', ']')) {
            if (!is(length, '[')) {
                throw new UnreadableContentException("it does not begin with an array");
            }
            for (length = line(); !is(length, ']'); length = line()) {
                int start = values.records() == 0 ? 0 : 1;
                if (length < 1 || (start == 1 && buffer[0] != ',')) {
                    throw malformed("it is not on a line of its own");
                }
                record(decoded(start, length));
            }
        }
        if (in.read() >= 0) {
            throw new UnreadableContentException("something follows the array");
        }
    }

    /** Reads the next line into the buffer, and returns its length without the line end. */
    private int line() throws IOException {
        int length = 0;
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new UnreadableContentException("it ends within a line");
            }
            if (length == buffer.length) {
                buffer = Arrays.copyOf(buffer, Math.multiplyExact(length, 2));
            }
            buffer[length++] = (byte) next;
        }
        return length;
    }

    private String decoded(int start, int end) throws UnreadableContentException {
        try {
            return UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(buffer, start, end - start))
                    .toString();
        } catch (CharacterCodingException malformed) {
            throw malformed("it is not UTF-8");
        }
    }

    private boolean is(int length, char... text) {
        boolean is = length == text.length;
        for (int index = 0; is && index < length; index++) {
            is = buffer[index] == text[index];
        }
        return is;
    }

    private void record(String line) throws UnreadableContentException {
        values.beginRecord();
        cells.beginRecord();
        try (JsonParser json = JsonReading.parser(line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw malformed("it is no object");
            }
            for (Column column : columns) {
                if (!column.name().equals(json.nextName())) {
                    throw malformed("it has other columns than the manifest");
                }
                value(line, json, json.nextToken(), column);
            }
            if (json.nextToken() != JsonToken.END_OBJECT || json.nextToken() != null) {
                throw malformed("it has more columns than the manifest");
            }
        } catch (JacksonException | DateTimeException | IllegalArgumentException | ArithmeticException malformed) {
            throw malformed("it is damaged");
        }
        values.endRecord();
        cells.endRecord();
    }

    private void value(String line, JsonParser json, JsonToken token, Column column) throws UnreadableContentException {
        boolean isHashed = hashed.contains(column.name());
        if (token == JsonToken.VALUE_NULL) {
            cells.missing();
            if (isHashed) {
                values.missing();
            }
            return;
        }
        if (column.type() == Column.Type.JSON) {
            json(line, json);
            return;
        }
        boolean isText = token == JsonToken.VALUE_STRING;
        String text = json.getString();
        byte[] utf8 = text.getBytes(UTF_8);
        cells.text(utf8, 0, utf8.length);
        if (!isHashed) {
            return;
        }
        Optional<NonFinite> nonFinite =
                isText && column.type() != Column.Type.TEXT ? nonFinite(text) : Optional.empty();
        if (nonFinite.isPresent()) {
            values.nonFinite(nonFinite.get());
            return;
        }
        boolean isNumber = token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT;
        switch (column.type()) {
            case BOOLEAN -> {
                require(token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE, column);
                values.bool(token == JsonToken.VALUE_TRUE);
            }
            case INTEGER -> {
                require(token == JsonToken.VALUE_NUMBER_INT, column);
                values.integer(Long.parseLong(text));
            }
            case DECIMAL -> {
                require(isNumber, column);
                values.decimal(utf8, 0, utf8.length);
            }
            case UUID -> {
                require(isText && text.length() == 36, column);
                UUID id = UUID.fromString(text);
                values.uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
            }
            case TEXT -> {
                require(isText, column);
                values.text(utf8, 0, utf8.length);
            }
            case INSTANT -> {
                require(isText, column);
                Instant moment = Instant.parse(text);
                values.instant(moment.getEpochSecond(), moment.getNano() / 1_000);
            }
            case DATE -> {
                require(isText, column);
                values.date(LocalDate.parse(text).toEpochDay());
            }
            case JSON -> throw new IllegalStateException("read before");
        }
    }

    // As it stands in the file, so that its numbers are exact.
    private void json(String line, JsonParser json) {
        int start = (int) json.currentTokenLocation().getCharOffset();
        json.finishToken();
        json.skipChildren();
        byte[] utf8 = line.substring(start, (int) json.currentLocation().getCharOffset())
                .getBytes(UTF_8);
        values.json(utf8, 0, utf8.length);
        byte[] cell = Cells.json(utf8, 0, utf8.length);
        cells.text(cell, 0, cell.length);
    }

    private static Optional<NonFinite> nonFinite(String text) {
        return Arrays.stream(NonFinite.values())
                .filter(value -> value.text().equals(text))
                .findFirst();
    }

    private void require(boolean holds, Column column) throws UnreadableContentException {
        if (!holds) {
            throw malformed("the value of '" + column.name() + "' has another type than the manifest");
        }
    }

    private UnreadableContentException malformed(String what) {
        return new UnreadableContentException("record " + (values.records() + 1) + ": " + what);
    }
}
