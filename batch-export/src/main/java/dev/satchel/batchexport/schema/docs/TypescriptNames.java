package dev.satchel.batchexport.schema.docs;

import dev.satchel.batchexport.schema.catalog.LiveTables.Column;
import dev.satchel.batchexport.schema.catalog.LiveTables.ValueType;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What types, names and texts of a database are called in TypeScript. */
final class TypescriptNames {

    private static final Set<String> NUMBERS = Set.of("int2", "int4", "int8", "float4", "float8", "numeric");

    private TypescriptNames() {}

    static List<String> alternatives(Column column) {
        String type = type(column.type());
        return column.nullable() && !"unknown".equals(type) ? List.of(type, "null") : List.of(type);
    }

    static String type(ValueType type) {
        return single(type) + (type.array() ? "[]" : "");
    }

    // A value arrives as JSON, and PostgreSQL writes as a string whatever is no number, boolean, JSON, array or row.
    private static String single(ValueType type) {
        boolean builtIn = "pg_catalog".equals(type.schema());
        return switch (type.kind()) {
            case 'b' -> builtIn ? builtIn(type.name()) : "citext".equals(type.name()) ? "string" : "unknown";
            case 'c' -> "public".equals(type.schema()) ? ofRelation(type) : "unknown";
            case 'e' ->
                "public".equals(type.schema())
                        ? "Database[\"public\"][\"Enums\"][" + string(type.name()) + "]"
                        : "string";
            case 'm', 'r' -> "string";
            case 'p' -> pseudo(type.name());
            default -> "unknown";
        };
    }

    private static String builtIn(String name) {
        if (NUMBERS.contains(name)) {
            return "number";
        }
        return switch (name) {
            case "bool" -> "boolean";
            case "json", "jsonb" -> "Json";
            default -> "string";
        };
    }

    private static String pseudo(String name) {
        return switch (name) {
            case "record" -> "Record<string, unknown>";
            case "void" -> "undefined";
            default -> "unknown";
        };
    }

    private static String ofRelation(ValueType type) {
        String name = "[" + string(type.name()) + "]";
        return switch (type.relationKind()) {
            case "c" -> "Database[\"public\"][\"CompositeTypes\"]" + name;
            case "v", "m" -> "Database[\"public\"][\"Views\"]" + name + "[\"Row\"]";
            default -> "Database[\"public\"][\"Tables\"]" + name + "[\"Row\"]";
        };
    }

    static String key(String name) {
        return name.matches("[A-Za-z_$][A-Za-z0-9_$]*") ? name : string(name);
    }

    static String string(String value) {
        StringBuilder quoted = new StringBuilder("\"");
        value.codePoints().forEach(character -> {
            if (character == '"' || character == '\\') {
                quoted.append('\\').appendCodePoint(character);
            } else if (character < ' ' || character == 0x2028 || character == 0x2029) {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", character));
            } else {
                quoted.appendCodePoint(character);
            }
        });
        return quoted.append('"').toString();
    }
}
