package dev.satchel.batchexport.schema.catalog;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the schema {@code public} of a live database holds: tables, views, types and functions, as one snapshot.
 *
 * <p>It is read from {@code pg_catalog}, which shows a role without any rights on the tables as much as their owner.
 * Everything comes sorted by name, byte by byte, so that no locale or age of the database changes the order.
 *
 * @param relations tables, views and the composite types that stand for themselves
 * @param foreignKeys those that lead from a table of the schema to another one of it
 * @param enums labels in their declared order, by name
 * @param functions those that can be called by name, each signature on its own
 */
public record LiveTables(
        List<Relation> relations,
        List<ForeignKey> foreignKeys,
        Map<String, List<String>> enums,
        List<Function> functions) {

    public Optional<Relation> relation(String name) {
        return relations.stream()
                .filter(relation -> relation.name().equals(name))
                .findFirst();
    }

    public List<ForeignKey> foreignKeysOf(Relation relation) {
        return foreignKeys.stream()
                .filter(foreignKey -> foreignKey.table().equals(relation.name()))
                .toList();
    }

    /**
     * A table, a view or a composite type.
     *
     * @param kind as {@code pg_class.relkind} has it
     * @param insertable whether rows can be put in; a view can say no
     * @param columns in their declared order
     * @param uniqueKeys by name of their index
     */
    public record Relation(
            String name,
            char kind,
            boolean insertable,
            boolean updatable,
            List<Column> columns,
            List<UniqueKey> uniqueKeys) {

        public boolean isTable() {
            return kind == 'r' || kind == 'p' || kind == 'f';
        }

        public boolean isView() {
            return kind == 'v' || kind == 'm';
        }

        public boolean isCompositeType() {
            return kind == 'c';
        }

        public Column column(String name) {
            return columns.stream()
                    .filter(column -> column.name().equals(name))
                    .findFirst()
                    .orElseThrow();
        }

        /** Whether the column alone identifies a row, by another key than the primary one. */
        public boolean isUnique(String column) {
            return uniqueKeys.stream()
                    .anyMatch(key -> !key.primary() && key.columns().equals(List.of(column)));
        }

        public boolean isPrimary(String column) {
            return uniqueKeys.stream()
                    .anyMatch(key -> key.primary() && key.columns().contains(column));
        }

        /** Whether no two rows can agree in these columns. */
        public boolean areUnique(List<String> names) {
            return uniqueKeys.stream().anyMatch(key -> names.containsAll(key.columns()));
        }

        /** Whether a constraint, and not only an index, is on exactly these columns, in whatever order. */
        public boolean haveUniqueConstraint(List<String> names) {
            return uniqueKeys.stream()
                    .anyMatch(
                            key -> key.constraint() && Set.copyOf(key.columns()).equals(Set.copyOf(names)));
        }
    }

    /**
     * A column of a relation.
     *
     * @param preset whether the database fills it where nothing is given
     * @param generated whether only the database fills it
     */
    public record Column(String name, ValueType type, boolean nullable, boolean preset, boolean generated) {}

    /** Columns in which no two rows agree. */
    record UniqueKey(boolean primary, boolean constraint, List<String> columns) {}

    /** A foreign key between two tables of the schema. */
    public record ForeignKey(
            String name, String table, List<String> columns, String referencedTable, List<String> referencedColumns) {}

    /**
     * A type with its domains and arrays unfolded.
     *
     * @param kind as {@code pg_type.typtype} has it
     * @param relationKind of the relation whose row it is, or empty
     * @param array whether values are arrays of this type
     * @param required whether a domain forbids NULL
     */
    public record ValueType(
            String schema, String name, char kind, String relationKind, boolean array, boolean required) {}

    /** A function of one signature; what it gives back by output arguments is listed apart. */
    public record Function(
            String name, List<Argument> arguments, List<Argument> outputs, ValueType result, boolean returnsSet) {}

    /** An argument of a function, with an empty name where it has none. */
    public record Argument(String name, ValueType type, boolean optional) {}
}
