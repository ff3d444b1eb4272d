package dev.satchel.postgres;

import dev.satchel.export.Column;
import dev.satchel.postgres.SourceColumn.Source;

/**
 * A table of schema {@code public} under the alias that a dataset's statement gives it.
 *
 * <p>There is one method per kind of column; those that the decoder does not know are cast to one that it does.
 */
record SourceTable(String name, String alias) {

    SourceColumn bool(String column) {
        return bare(column, Column.Type.BOOLEAN);
    }

    SourceColumn integer(String column) {
        return bare(column, Column.Type.INTEGER);
    }

    SourceColumn decimal(String column) {
        return bare(column, Column.Type.DECIMAL);
    }

    SourceColumn uuid(String column) {
        return bare(column, Column.Type.UUID);
    }

    SourceColumn text(String column) {
        return bare(column, Column.Type.TEXT);
    }

    SourceColumn json(String column) {
        return bare(column, Column.Type.JSON);
    }

    SourceColumn instant(String column) {
        return bare(column, Column.Type.INSTANT);
    }

    SourceColumn date(String column) {
        return bare(column, Column.Type.DATE);
    }

    SourceColumn enumerated(String column) {
        return text(column).by(qualified(column) + "::text");
    }

    SourceColumn time(String column) {
        return text(column).by(qualified(column) + "::text");
    }

    /** Prints a single address without its length of network; a cast would append it. */
    SourceColumn inet(String column) {
        return text(column).by("abbrev(" + qualified(column) + ")");
    }

    SourceColumn array(String column) {
        return json(column).by("to_jsonb(" + qualified(column) + ")");
    }

    private SourceColumn bare(String column, Column.Type type) {
        return new SourceColumn(new Column(column, type), new Source(name, column), qualified(column));
    }

    private String qualified(String column) {
        return alias + "." + column;
    }
}
