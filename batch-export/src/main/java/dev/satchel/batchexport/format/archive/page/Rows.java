package dev.satchel.batchexport.format.archive.page;

import dev.satchel.batchexport.format.value.RecordObjects;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The records of a dataset that a page shows: the latest of a dataset in the order of dates, else the first. They are
 * bounded in number and in the bytes that they take on the page.
 */
final class Rows {

    static final int MOST = 2000;

    /** Of a longer text the beginning is shown. */
    static final int MOST_CHARACTERS = 400;

    private static final int BYTES_OF_ROW = 12;
    private static final int BYTES_OF_CELL = 48;
    private static final int BYTES_OF_VALUE = 48;
    private static final int BYTES_OF_ESCAPE = 6;
    private static final int MOST_DIGITS = 30;

    private final Dataset dataset;
    private final List<Column> all;
    private final View view;
    private final int mostBytes;
    private final Deque<Row> rows = new ArrayDeque<>();
    private int bytes;
    private long records;

    private record Row(List<@Nullable Object> values, int bytes) {}

    Rows(Dataset dataset, List<Column> columns, int mostBytes) {
        this.dataset = dataset;
        this.all = List.copyOf(columns);
        this.view = View.of(dataset.name(), columns);
        this.mostBytes = mostBytes;
    }

    void add(List<@Nullable Object> record) {
        records++;
        boolean isFull = bytes >= mostBytes || rows.size() == MOST;
        if (isFull && !dataset.isOldestFirst()) {
            return;
        }
        int width = records == 1 ? view.shown().size() : view.width();
        List<@Nullable Object> values = new ArrayList<>(width);
        int ofIds = 0;
        int ofOthers = 0;
        for (View.Shown shown : view.shown().subList(0, width)) {
            Object value = shortened(record.get(shown.index()));
            int ofCell = BYTES_OF_CELL + bytes(value);
            if (values.size() < view.ids()) {
                ofIds += ofCell;
            } else {
                ofOthers += ofCell;
            }
            values.add(value);
        }
        // The page shows either the ids or the other columns.
        int size = BYTES_OF_ROW + Math.max(ofIds, ofOthers);
        if (!dataset.isOldestFirst() && bytes + size > mostBytes) {
            // A later one may be shorter, but the first ones are without a gap.
            bytes = mostBytes;
            return;
        }
        rows.addLast(new Row(values, size));
        bytes += size;
        while (bytes > mostBytes || rows.size() > MOST) {
            bytes -= rows.removeFirst().bytes();
        }
    }

    private static @Nullable Object shortened(@Nullable Object value) {
        if (value instanceof String text) {
            return shortened(text);
        }
        if (value instanceof RecordObjects.Json json && json.text().length() > MOST_CHARACTERS) {
            return shortened(json.text());
        }
        if (value instanceof BigDecimal number && (number.precision() > MOST_DIGITS || number.scale() > MOST_DIGITS)) {
            return shortened(number.toString());
        }
        return value;
    }

    static String shortened(String text) {
        if (text.length() <= MOST_CHARACTERS) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(MOST_CHARACTERS - 1)) ? MOST_CHARACTERS - 1 : MOST_CHARACTERS;
        return text.substring(0, end) + "…";
    }

    /** At least as many as the value takes on the page. */
    private static int bytes(@Nullable Object value) {
        if (value instanceof RecordObjects.Json json) {
            return bytes(json.text());
        }
        if (!(value instanceof String text)) {
            return value == null ? 1 : BYTES_OF_VALUE;
        }
        int size = 0;
        for (int at = 0; at < text.length(); at++) {
            char each = text.charAt(at);
            boolean isPlain = each >= ' ' && each < 0x7F && each != '<' && each != '>' && each != '&' && each != '"';
            size += isPlain ? 1 : !Character.isLetter(each) ? BYTES_OF_ESCAPE : each < 0x800 ? 2 : 3;
        }
        return size;
    }

    /** Shows half of the rows, at least one: the latest of a dataset in the order of dates, else the first. */
    void halve() {
        int kept = (rows.size() + 1) / 2;
        while (rows.size() > kept) {
            if (dataset.isOldestFirst()) {
                rows.removeFirst();
            } else {
                rows.removeLast();
            }
        }
    }

    Dataset dataset() {
        return dataset;
    }

    /** All columns of the dataset that the archive holds. */
    List<Column> all() {
        return all;
    }

    /** How many records passed. */
    long records() {
        return records;
    }

    /** How many of them are shown. */
    int size() {
        return rows.size();
    }

    int bytes() {
        return Math.min(bytes, mostBytes);
    }

    /** Whether there is one record, which is shown with all of its columns. */
    boolean isAlone() {
        return records == 1 && rows.size() == 1;
    }

    /**
     * The columns that are not empty in each row that is shown: ids only where all others are empty. None if all are.
     */
    List<Integer> columns() {
        int width = isAlone() ? view.shown().size() : view.width();
        List<Integer> columns = filled(view.ids(), width, isAlone() ? View.MOST_ALONE : View.MOST_IN_TABLE);
        return columns.isEmpty() ? filled(0, view.ids(), View.MOST_IN_TABLE) : columns;
    }

    private List<Integer> filled(int from, int to, int most) {
        List<Integer> filled = new ArrayList<>();
        for (int at = from; at < to && filled.size() < most; at++) {
            int column = at;
            if (rows.stream().anyMatch(row -> showsSomething(row.values().get(column)))) {
                filled.add(at);
            }
        }
        return filled;
    }

    private static boolean showsSomething(@Nullable Object value) {
        return value instanceof String text ? !text.isBlank() : value != null;
    }

    Column column(int at) {
        return view.shown().get(at).column();
    }

    /** The values of each row, the latest first if they are in the order of dates. */
    Iterator<List<@Nullable Object>> rows() {
        Iterator<Row> inOrder = dataset.isOldestFirst() ? rows.descendingIterator() : rows.iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return inOrder.hasNext();
            }

            @Override
            public List<@Nullable Object> next() {
                return inOrder.next().values();
            }
        };
    }
}
