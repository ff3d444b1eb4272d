package dev.satchel.postgres.dataset;

import dev.satchel.record.Column;
import dev.satchel.record.Column.Origin;
import org.jspecify.annotations.Nullable;

/**
 * A column of a dataset and the database column that it is read from.
 *
 * @param source the database column; if it does not exist, the dataset lacks this column too. Null for a computed
 *     column, which always exists
 * @param value the SQL for the database column, or of a computed column the whole SQL expression
 * @param condition the SQL condition without which the value is NULL; null for none
 */
public record SourceColumn(
        Column column,
        SourceType type,
        @Nullable Source source,
        String value,
        @Nullable String condition) {

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
                new Column(name, type.type(), origin), type, source, TableName.column(alias, source.column()), null);
    }

    /** A column that is computed by an SQL expression. */
    static SourceColumn computed(String name, SourceType type, @Nullable Origin origin, String expression) {
        return new SourceColumn(new Column(name, type.type(), origin), type, null, type.readComputed(expression), null);
    }

    /** The SQL expression that the statement selects from this database. */
    String expression(LiveSchema live) {
        String read = source == null
                ? value
                : live.type(source).map(of -> type.read(value, of)).orElseGet(() -> type.read(value));
        return condition == null ? read : "CASE WHEN " + condition + " THEN " + read + " END";
    }

    /** The SQL expression of the value in the hash of a record. */
    String hashed(LiveSchema live) {
        return type.hashed("(" + expression(live) + ")");
    }

    /** This column, but NULL where the condition does not hold. */
    SourceColumn where(String holding) {
        return new SourceColumn(column, type, source, value, holding);
    }
}
