package dev.satchel.batchexport.format.check.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.batchexport.format.check.UnreadableContentException;
import dev.satchel.record.Column;
import dev.satchel.record.hash.RecordHash;
import dev.satchel.record.hash.RecordHasher;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the CSV file of a dataset, as RFC 4180 has it, and computes two sums over the texts of its cells: as they are, and
 * without the marks against formulas. Used by one thread.
 */
final class CsvRows {

    private static final int[] BYTE_ORDER_MARK = {0xEF, 0xBB, 0xBF};

    private final InputStream in;
    private final List<Column> columns;
    private final RecordHasher plain = new RecordHasher();
    private final RecordHasher unmarked = new RecordHasher();
    private byte[] cell = new byte[256];
    private int length;
    private int column;
    private long record;
    private int next;
    private boolean isCountedOnly;
    private int fields;

    /** @param columns those that the header must name */
    private CsvRows(InputStream in, List<Column> columns) {
        this.in = in;
        this.columns = columns;
        plain.begin(Cells.of(columns));
        unmarked.begin(Cells.of(columns));
    }

    /**
     * The sums.
     *
     * @param plain over the cells as they are
     * @param unmarked over the cells without the marks against formulas
     */
    record Sums(long records, RecordHash plain, RecordHash unmarked) {}

    static Sums read(InputStream in, List<Column> columns) throws IOException {
        CsvRows rows = new CsvRows(in, columns);
        rows.readAll();
        return new Sums(rows.record - 1, rows.plain.hash(), rows.unmarked.hash());
    }

    /** Counts the records of a file whose columns are not known, of which it computes no sums. */
    static Sums count(InputStream in) throws IOException {
        CsvRows rows = new CsvRows(in, List.of());
        rows.isCountedOnly = true;
        rows.readAll();
        return new Sums(rows.record - 1, RecordHash.NONE, RecordHash.NONE);
    }

    private void readAll() throws IOException {
        next = in.read();
        if (next == BYTE_ORDER_MARK[0]) {
            for (int expected : BYTE_ORDER_MARK) {
                take(expected);
            }
        }
        while (next >= 0) {
            readRecord();
        }
        if (record == 0) {
            throw new UnreadableContentException("it has no header");
        }
    }

    private void take(int expected) throws IOException {
        if (next != expected) {
            throw malformed("a byte " + next + " stands where " + expected + " is expected");
        }
        next = in.read();
    }

    private void readRecord() throws IOException {
        column = 0;
        plain.beginRecord();
        unmarked.beginRecord();
        boolean more = true;
        while (more) {
            boolean quoted = next == '"';
            length = 0;
            if (quoted) {
                quoted();
            } else {
                while (next >= 0 && next != ',' && next != '\r' && next != '\n' && next != '"') {
                    keep(next);
                    next = in.read();
                }
            }
            end(quoted);
            more = next == ',';
            if (more) {
                next = in.read();
            }
        }
        take('\r');
        take('\n');
        if (record == 0) {
            fields = isCountedOnly ? column : columns.size();
        }
        if (column != fields) {
            throw malformed("it has " + column + " fields instead of " + fields);
        }
        if (record > 0 && !isCountedOnly) {
            plain.endRecord();
            unmarked.endRecord();
        }
        record++;
    }

    private void quoted() throws IOException {
        next = in.read();
        while (true) {
            if (next < 0) {
                throw malformed("a quote is not closed");
            }
            if (next == '"') {
                next = in.read();
                if (next != '"') {
                    return;
                }
            }
            keep(next);
            next = in.read();
        }
    }

    private void keep(int value) {
        if (length == cell.length) {
            cell = Arrays.copyOf(cell, Math.multiplyExact(length, 2));
        }
        cell[length++] = (byte) value;
    }

    private void end(boolean quoted) throws UnreadableContentException {
        if (isCountedOnly) {
            column++;
            return;
        }
        if (column == columns.size()) {
            throw malformed("it has more than " + column + " fields");
        }
        Column of = columns.get(column++);
        if (record == 0) {
            if (!new String(cell, 0, length, UTF_8).equals(of.name())) {
                throw malformed("its header has another column " + column + " than the manifest");
            }
        } else if (length == 0 && !quoted) {
            plain.missing();
            unmarked.missing();
        } else if (of.type() == Column.Type.JSON) {
            json(Cells.json(cell, 0, length));
        } else {
            plain.text(cell, 0, length);
            if (of.type() == Column.Type.TEXT) {
                length = Cells.removeMarks(cell, length);
            }
            unmarked.text(cell, 0, length);
        }
    }

    // The null of JSON is not told from a missing value, because the JSON file does not either.
    private void json(byte[] json) {
        if (new String(json, UTF_8).equals("null")) {
            plain.missing();
            unmarked.missing();
        } else {
            plain.text(json, 0, json.length);
            unmarked.text(json, 0, json.length);
        }
    }

    private UnreadableContentException malformed(String what) {
        return new UnreadableContentException((record == 0 ? "header: " : "record " + record + ": ") + what);
    }
}
