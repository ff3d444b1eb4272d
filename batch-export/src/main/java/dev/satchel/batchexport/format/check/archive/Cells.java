package dev.satchel.batchexport.format.check.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.record.Column;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The texts of a CSV file's cells, as both the CSV and the JSON file of a dataset give them. */
final class Cells {

    /** The escapes that a cell with JSON has in the place of characters that a spreadsheet takes for a formula. */
    private static final Map<String, String> ESCAPED_TRIGGERS = Map.of(
            "003d", "=", "002b", "+", "002d", "-", "0040", "@", "ff1d", "\uFF1D", "ff0b", "\uFF0B", "ff0d", "\uFF0D",
            "ff20", "\uFF20");

    private Cells() {}

    /** The columns as texts. */
    static List<Column> of(List<Column> columns) {
        return columns.stream()
                .map(column -> new Column(column.name(), Column.Type.TEXT))
                .toList();
    }

    /**
     * A JSON value without the differences that it may have in the two files: escaped triggers, line breaks, and white space
     * around it.
     */
    static byte[] json(byte[] utf8, int offset, int length) {
        ByteArrayOutputStream json = new ByteArrayOutputStream(length);
        int end = offset + length;
        int at = offset;
        while (at < end && isSpace(utf8[at])) {
            at++;
        }
        while (at < end && isSpace(utf8[end - 1])) {
            end--;
        }
        while (at < end) {
            byte next = utf8[at];
            if (next == '\\' && at + 1 < end) {
                String trigger = at + 6 <= end && utf8[at + 1] == 'u'
                        ? ESCAPED_TRIGGERS.get(new String(utf8, at + 2, 4, UTF_8).toLowerCase(Locale.ROOT))
                        : null;
                if (trigger == null) {
                    json.write(utf8, at, 2);
                    at += 2;
                } else {
                    json.writeBytes(trigger.getBytes(UTF_8));
                    at += 6;
                }
            } else {
                json.write(next == '\n' || next == '\r' ? ' ' : next);
                at++;
            }
        }
        return json.toByteArray();
    }

    private static boolean isSpace(byte value) {
        return value == ' ' || value == '\t' || value == '\n' || value == '\r';
    }

    /** Removes the marks against formulas from a text, and returns its new length. */
    static int removeMarks(byte[] text, int length) {
        int end = 0;
        boolean isStart = true;
        for (int at = 0; at < length; at++) {
            if (isStart && text[at] == '\'') {
                isStart = false;
                continue;
            }
            isStart = switch (text[at]) {
                case '\n', '\r', '\t', ',', ';', '|' -> true;
                default -> false;
            };
            text[end++] = text[at];
        }
        return end;
    }
}
