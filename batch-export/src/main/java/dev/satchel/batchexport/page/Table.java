package dev.satchel.batchexport.page;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A table whose first column names its rows. A row whose first cell shows nothing has no name, so that nobody hears an
 * empty heading. On a narrow screen the table scrolls by itself, and the page does not.
 */
public final class Table {

    private final String caption;
    private final List<Column> columns;
    private final List<List<String>> rows = new ArrayList<>();

    /** A column. */
    public record Column(String name, Kind kind) {

        /** What stands in a column. */
        public enum Kind {
            WORDS,
            NUMBER,
            PROSE
        }

        /** One of words, which are aligned to the left and wrapped. */
        public static Column words(String name) {
            return new Column(name, Kind.WORDS);
        }

        /** One of numbers, which are aligned to the right and stay on one line. */
        public static Column number(String name) {
            return new Column(name, Kind.NUMBER);
        }

        /** One of texts that people wrote in any language, see {@link Html#prose}. */
        public static Column prose(String name) {
            return new Column(name, Kind.PROSE);
        }

        private void head(Html html) {
            html.leaf("th", name, "scope", "col", "class", style());
        }

        private void cell(Html html, String text, boolean isFirst) {
            List<String> attributes = new ArrayList<>(List.of("class", style()));
            boolean isName = isFirst && !showsNothing(text);
            if (isName) {
                attributes.addAll(List.of("scope", "row"));
            }
            if (kind == Kind.PROSE) {
                attributes.addAll(List.of("dir", "auto"));
            }
            html.begin(isName ? "th" : "td", attributes.toArray(String[]::new));
            if (kind == Kind.PROSE) {
                html.prose(text);
            } else {
                html.text(text);
            }
            html.end();
        }

        // Also a text of spaces or of characters that only format others.
        private static boolean showsNothing(String text) {
            return text.codePoints()
                    .allMatch(each -> Character.isWhitespace(each)
                            || Character.isSpaceChar(each)
                            || Character.getType(each) == Character.FORMAT);
        }

        private String style() {
            return switch (kind) {
                case WORDS -> "words";
                case NUMBER -> "number";
                case PROSE -> "prose";
            };
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
        columns.forEach(column -> column.head(html));
        html.end().end().line().begin("tbody").line();
        for (List<String> row : rows) {
            html.begin("tr");
            for (int at = 0; at < row.size(); at++) {
                columns.get(at).cell(html, row.get(at), at == 0);
            }
            html.end().line();
        }
        html.end().end().end().line();
    }

    /** Writes the table behind a line that opens it, below a chart of the same numbers. */
    public void writeFolded(Html html) {
        writeFolded(html, "The numbers as a table");
    }

    /** Writes the table behind a line that opens it, in these words. */
    public void writeFolded(Html html, String summary) {
        html.begin("details").leaf("summary", summary).line();
        write(html);
        html.end().line();
    }
}
