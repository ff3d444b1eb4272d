package dev.satchel.postgres.dataset;

import dev.satchel.record.Column;
import org.jspecify.annotations.Nullable;

/**
 * One column of a dataset, and the column of the database it comes from.
 *
 * @param source without which the dataset goes without this column too; null for one that is worked out from keys and
 *     is always there
 * @param expression what the statement selects for it
 */
public record SourceColumn(
        Column column, SourceType type, @Nullable Source source, String expression) {

    /** One column of one table. */
    public record Source(TableName table, String column) {
        @Override
        public String toString() {
            return table + "." + column;
        }
    }

    /** A column of the table that the statement calls by this alias. */
    static SourceColumn of(String name, SourceType type, String alias, Source source) {
        return new SourceColumn(
                new Column(name, type.type()), type, source, type.read(TableName.column(alias, source.column())));
    }

    /** What an expression of SQL works out. */
    static SourceColumn computed(String name, SourceType type, String expression) {
        return new SourceColumn(new Column(name, type.type()), type, null, type.read("(" + expression + ")"));
    }

    /** Is missing where the condition does not hold. */
    SourceColumn where(String condition) {
        return new SourceColumn(column, type, source, "CASE WHEN " + condition + " THEN " + expression + " END");
    }
}
