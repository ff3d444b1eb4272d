package dev.satchel.postgres;

import dev.satchel.export.Column;
import org.jspecify.annotations.Nullable;

/**
 * One column of a dataset, and the column of the database it comes from.
 *
 * @param source without which the dataset goes without this column too; null for one that is worked out from keys and
 *     is always there
 * @param expression what the statement selects for it
 */
record SourceColumn(Column column, @Nullable Source source, String expression) {

    /** One column of one table in schema {@code public}. */
    record Source(String table, String column) {
        @Override
        public String toString() {
            return "public." + table + "." + column;
        }
    }

    static SourceColumn computed(String name, Column.Type type, String expression) {
        return new SourceColumn(new Column(name, type), null, expression);
    }

    SourceColumn as(String name) {
        return new SourceColumn(new Column(name, column.type()), source, expression);
    }

    /** Selects something made from the bare column. */
    SourceColumn by(String otherExpression) {
        return new SourceColumn(column, source, otherExpression);
    }

    /** Is missing where the condition does not hold. */
    SourceColumn where(String condition) {
        return by("CASE WHEN " + condition + " THEN " + expression + " END");
    }
}
