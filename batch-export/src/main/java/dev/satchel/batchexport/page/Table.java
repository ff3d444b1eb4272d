package dev.satchel.batchexport.page;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A table whose first column names its rows. On a narrow screen it scrolls by itself, and the page does not. */
public final class Table {

    private final String caption;
    private final List<Column> columns;
    private final List<List<String>> rows = new ArrayList<>();

    /** A column. */
    public record Column(String name, boolean isNumeric) {

        /** One of words, which are aligned to the left and wrapped. */
        public static Column words(String name) {
            return new Column(name, false);
        }

        /** One of numbers, which are aligned to the right and stay on one line. */
        public static Column number(String name) {
            return new Column(name, true);
        }
    }

    /**
     * A table without rows.
     *
     * @param caption says what the table holds
     */
    public Table(String caption, Column... columns) {
        this.caption = caption;
        this.columns = List.of(columns);
    }

    /** Adds a row, with a text for each column. */
    public Table row(String... cells) {
        return row(Arrays.asList(cells));
    }

    /** Adds a row, with a text for each column. */
    public Table row(List<String> cells) {
        if (cells.size() != columns.size()) {
            throw new IllegalArgumentException(cells.size() + " cells for " + columns.size() + " columns");
        }
        rows.add(List.copyOf(cells));
        return this;
    }

    /** Writes the table. */
    public void write(Html html) {
        // Who has no pointer must be able to scroll it too.
        html.begin("div", "class", "scroll", "role", "region", "aria-label", caption, "tabindex", "0");
        html.begin("table").leaf("caption", caption).line();
        html.begin("thead").begin("tr");
        for (Column column : columns) {
            html.leaf("th", column.name(), "scope", "col", "class", style(column));
        }
        html.end().end().line().begin("tbody").line();
        for (List<String> row : rows) {
            html.begin("tr");
            for (int at = 0; at < row.size(); at++) {
                if (at == 0) {
                    html.leaf("th", row.get(at), "scope", "row", "class", style(columns.get(at)));
                } else {
                    html.leaf("td", row.get(at), "class", style(columns.get(at)));
                }
            }
            html.end().line();
        }
        html.end().end().end().line();
    }

    /** Writes the table behind a line that opens it, below a chart of the same numbers. */
    public void writeFolded(Html html) {
        html.begin("details").leaf("summary", "The numbers as a table").line();
        write(html);
        html.end().line();
    }

    private static String style(Column column) {
        return column.isNumeric() ? "number" : "words";
    }
}
