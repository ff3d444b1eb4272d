package dev.satchel.batchexport.schema.docs;

import dev.satchel.batchexport.schema.catalog.LiveTables;
import dev.satchel.batchexport.schema.catalog.LiveTables.Column;
import dev.satchel.batchexport.schema.catalog.LiveTables.ForeignKey;
import dev.satchel.batchexport.schema.catalog.LiveTables.Relation;
import dev.satchel.batchexport.schema.catalog.LiveTables.ValueType;
import dev.satchel.batchexport.schema.catalog.LiveTablesReader;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * A <a href="https://mermaid.js.org/syntax/entityRelationshipDiagram.html">Mermaid entity diagram</a> of what belongs
 * to a user: the users, and every table from which foreign keys lead to them.
 *
 * <p>The same schema always gives the same text.
 */
public final class EntityDiagram {

    /** Where belonging starts; Satchel's own are drawn even in a schema that lost their foreign keys. */
    private static final List<String> ROOTS = List.of("users", "user_api_keys", "user_progress", "export_history");

    private static final Map<String, String> SHORT_NAMES = Map.of(
            "bool", "boolean",
            "bpchar", "char",
            "float4", "real",
            "float8", "double",
            "int2", "smallint",
            "int4", "integer",
            "int8", "bigint");

    private EntityDiagram() {}

    /**
     * Draws the schema {@code public} of a database.
     *
     * @throws SQLException if the database cannot be reached
     */
    public static String of(DataSource dataSource) throws SQLException {
        return of(LiveTablesReader.read(dataSource));
    }

    static String of(LiveTables live) {
        Set<String> drawn = belongingToUsers(live);
        StringBuilder text = new StringBuilder("erDiagram\n");
        for (Relation table : live.relations()) {
            if (drawn.contains(table.name())) {
                entity(table, live, text);
            }
        }
        for (ForeignKey foreignKey : live.foreignKeys()) {
            if (drawn.contains(foreignKey.table()) && drawn.contains(foreignKey.referencedTable())) {
                relationship(foreignKey, live, text);
            }
        }
        return text.toString();
    }

    private static Set<String> belongingToUsers(LiveTables live) {
        Set<String> found = live.relations().stream()
                .filter(relation -> relation.isTable() && ROOTS.contains(relation.name()))
                .map(Relation::name)
                .collect(Collectors.toCollection(TreeSet::new));
        boolean grown = true;
        while (grown) {
            grown = found.addAll(live.foreignKeys().stream()
                    .filter(foreignKey -> found.contains(foreignKey.referencedTable()))
                    .map(ForeignKey::table)
                    .toList());
        }
        return found;
    }

    private static void entity(Relation table, LiveTables live, StringBuilder text) {
        text.append("    ").append(quoted(table.name())).append(" {\n");
        for (Column column : table.columns()) {
            text.append("        ").append(typeName(column.type())).append(' ').append(word(column.name()));
            List<String> keys = keysOf(column, table, live);
            if (!keys.isEmpty()) {
                text.append(' ').append(String.join(", ", keys));
            }
            if (!word(column.name()).equals(column.name())) {
                text.append(' ').append(quoted(column.name()));
            }
            text.append('\n');
        }
        text.append("    }\n");
    }

    private static List<String> keysOf(Column column, Relation table, LiveTables live) {
        List<String> keys = new ArrayList<>();
        if (table.isPrimary(column.name())) {
            keys.add("PK");
        }
        if (live.foreignKeysOf(table).stream()
                .anyMatch(foreignKey -> foreignKey.columns().contains(column.name()))) {
            keys.add("FK");
        }
        if (table.isUnique(column.name())) {
            keys.add("UK");
        }
        return keys;
    }

    private static void relationship(ForeignKey foreignKey, LiveTables live, StringBuilder text) {
        Relation table = live.relation(foreignKey.table()).orElseThrow();
        boolean optional = foreignKey.columns().stream()
                .anyMatch(column -> table.column(column).nullable());
        text.append("    ")
                .append(quoted(foreignKey.referencedTable()))
                .append(optional ? " |o--" : " ||--")
                .append(table.areUnique(foreignKey.columns()) ? "o| " : "o{ ")
                .append(quoted(table.name()))
                .append(" : ")
                .append(quoted(String.join(", ", foreignKey.columns())))
                .append('\n');
    }

    private static String typeName(ValueType type) {
        boolean builtIn = "pg_catalog".equals(type.schema());
        String name = builtIn ? SHORT_NAMES.getOrDefault(type.name(), type.name()) : type.name();
        return word(name) + (type.array() ? "[]" : "");
    }

    // Mermaid takes no quotes around an attribute, starts none with a digit and reads its marks for keys as nothing
    // else; a comment shows the true name.
    private static String word(String name) {
        String plain = name.replaceAll("[^A-Za-z0-9_]", "_");
        return plain.matches("[0-9].*|(?i:PK|FK|UK)") ? "_" + plain : plain;
    }

    // Every name of a table is quoted: some are Mermaid's own words. A quote inside cannot be escaped.
    private static String quoted(String name) {
        return '"' + name.replace('"', '\'').replaceAll("[%\\\\\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}]", "_") + '"';
    }
}
