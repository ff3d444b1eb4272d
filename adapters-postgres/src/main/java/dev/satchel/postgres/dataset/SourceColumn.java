package dev.satchel.postgres.dataset;

import dev.satchel.record.Column;
import dev.satchel.record.Column.Origin;
import org.jspecify.annotations.Nullable;

/**
 * A column of a dataset and the database column that it is read from.
 *
 * @param source the database column; if it does not exist, the dataset lacks this column too. Null for a computed
 *     column, which always exists
 * @param expression the SQL expression that the statement selects
 */
public record SourceColumn(
        Column column, SourceType type, @Nullable Source source, String expression) {

    /** A column of a table. */
    public record Source(TableName table, String column) {
        @Override
        public String toString() {
            return table + "." + column;
        }
    }

    /** A column that is read from the table with this alias. */
    static SourceColumn of(String name, SourceType type, @Nullable Origin origin, String alias, Source source) {
        return new SourceColumn(
                new Column(name, type.type(), origin),
                type,
                source,
                type.read(TableName.column(alias, source.column())));
    }

    /** A column that is computed by an SQL expression. */
    static SourceColumn computed(String name, SourceType type, @Nullable Origin origin, String expression) {
        return new SourceColumn(new Column(name, type.type(), origin), type, null, type.readComputed(expression));
    }

    /** The SQL expression of the value in the hash of a record. */
    String hashed() {
        return type.hashed("(" + expression + ")");
    }

    /** This column, but NULL where the condition does not hold. */
    SourceColumn where(String condition) {
        return new SourceColumn(column, type, source, "CASE WHEN " + condition + " THEN " + expression + " END");
    }
}
