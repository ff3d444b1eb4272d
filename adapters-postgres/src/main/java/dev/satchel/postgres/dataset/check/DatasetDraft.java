package dev.satchel.postgres.dataset.check;

import dev.satchel.postgres.dataset.OwnerPath;
import dev.satchel.postgres.dataset.OwnerPath.Step;
import dev.satchel.postgres.dataset.SourceType;
import dev.satchel.postgres.dataset.TableName;
import dev.satchel.postgres.dataset.check.LiveCatalogue.ForeignKey;
import dev.satchel.record.Column.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Writes a file of draft datasets. */
final class DatasetDraft {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_ ,;.()]*");

    /** Words that YAML does not read as text. */
    private static final Set<String> RESERVED =
            Set.of("true", "false", "null", "True", "False", "Null", "TRUE", "FALSE", "NULL");

    private static final String HEAD = """
            # A draft by 'satchel datasets propose'. Look at each table: is it the user's own, and may they have every column?
            # Did the user enter its values (provided), were they recorded of their use (observed), or worked out (derived)?
            # Then name the file in SATCHEL_DATASETS and run 'satchel datasets check'.
            datasets:
            """;

    private final StringBuilder text = new StringBuilder();
    private final StringBuilder notes = new StringBuilder();

    /**
     * A column to be exported: its name in the table, and its type.
     *
     * @param origin null if it is that of the dataset
     */
    record DraftColumn(
            String source, SourceType type, @Nullable Origin origin) {

        String yaml(String called) {
            List<String> fields = new ArrayList<>();
            if (!called.equals(source)) {
                fields.add("column: " + scalar(source));
            }
            fields.add("type: " + type.code());
            if (origin != null) {
                fields.add("origin: " + origin.code());
            }
            return fields.size() == 1 ? type.code() : "{" + String.join(", ", fields) + "}";
        }
    }

    void remove(String name, List<TableName> tables) {
        text.append("  # This database has no ")
                .append(oneLine(String.join(
                        " and no ", tables.stream().map(TableName::toString).toList())))
                .append(".\n  - {name: ")
                .append(name)
                .append(", remove: true}\n\n");
    }

    void add(
            String name,
            String description,
            Origin origin,
            TableName table,
            List<OwnerPath> owners,
            String date,
            List<String> order,
            Map<String, DraftColumn> columns,
            Map<String, String> excluded,
            List<ForeignKey> notFollowed) {
        line(2, "- name: " + name);
        line(4, "description: " + scalar(description));
        line(4, "origin: " + origin.code());
        line(4, "table: " + scalar(table.toString()));
        for (ForeignKey key : notFollowed) {
            line(
                    4,
                    oneLine("# " + String.join(", ", key.columns()) + " leads to users too, over " + key.target()
                            + (key.isCascading() ? " (the row is deleted with it)" : "") + ", and is not followed."));
        }
        if (owners.size() == 1) {
            owner("owner: ", owners.get(0), 4);
        } else {
            line(4, "# Each of these makes a row the user's.");
            line(4, "owner:");
            owners.forEach(owner -> owner("- ", owner, 6));
        }
        if (!date.isEmpty()) {
            line(4, "date: " + scalar(date));
        }
        line(4, "order: " + list(order));
        line(4, "columns:");
        columns.forEach((called, column) -> line(6, scalar(called) + ": " + column.yaml(called)));
        if (!excluded.isEmpty()) {
            line(4, "excluded:");
            excluded.forEach((column, reason) -> line(6, scalar(column) + ": " + scalar(reason)));
        }
        text.append("\n");
    }

    void leaveOut(TableName table, String column) {
        notes.append(wrongType(table, column)).append(" The table is not drafted.\n");
    }

    void leaveOutChild(TableName table) {
        notes.append("# ")
                .append(oneLine(table.toString()))
                .append(" inherits from another table, which shows its rows too. The table is not drafted.\n");
    }

    void remove(String name, TableName table, String column) {
        text.append("  ")
                .append(wrongType(table, column))
                .append("\n  - {name: ")
                .append(name)
                .append(", remove: true}\n\n");
    }

    void removeOwnerless(String name, TableName table) {
        text.append("  # Nothing in ")
                .append(oneLine(table.toString()))
                .append(" leads to a user.\n  - {name: ")
                .append(name)
                .append(", remove: true}\n\n");
    }

    // What is written as a comment, which ends with its line.
    private static String oneLine(String text) {
        return text.replaceAll("\\R", " ");
    }

    private static String wrongType(TableName table, String column) {
        return "# " + oneLine(table + "." + column)
                + " leads to users, but the type of a user's id is fixed by the specification: uuid.";
    }

    private void owner(String before, OwnerPath owner, int indent) {
        if (owner.steps().isEmpty()) {
            line(indent, before + scalar(owner.column()));
            return;
        }
        boolean isItem = before.equals("- ");
        line(indent, isItem ? "- via:" : "owner:");
        if (!isItem) {
            line(indent + 2, "via:");
        }
        for (Step step : owner.steps()) {
            line(
                    indent + 4,
                    "- {columns: " + list(step.columns()) + ", table: "
                            + scalar(step.table().toString()) + ", key: " + list(step.key()) + "}");
        }
        line(indent + 2, "column: " + scalar(owner.column()));
    }

    private void line(int indent, String content) {
        text.append(" ".repeat(indent)).append(content).append("\n");
    }

    private static String list(List<String> names) {
        List<String> scalars = new ArrayList<>();
        names.forEach(name -> scalars.add(scalar(name)));
        return scalars.size() == 1 ? scalars.get(0) : "[" + String.join(", ", scalars) + "]";
    }

    // Quoted unless the text is safe as a plain scalar, also inside of brackets.
    private static String scalar(String value) {
        boolean isPlain = PLAIN.matcher(value).matches()
                && !value.endsWith(" ")
                && !value.contains(",")
                && !RESERVED.contains(value);
        if (isPlain) {
            return value;
        }
        StringBuilder quoted = new StringBuilder("\"");
        value.codePoints().forEach(point -> {
            switch (point) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                default -> {
                    if (Character.isISOControl(point) || point == 0x2028 || point == 0x2029 || point == 0xFEFF) {
                        quoted.append(String.format(Locale.ROOT, "\\u%04X", point));
                    } else {
                        quoted.appendCodePoint(point);
                    }
                }
            }
        });
        return quoted.append('"').toString();
    }

    String text() {
        return text.isEmpty()
                ? HEAD.stripTrailing() + " []\n" + notes
                : HEAD + text.toString().stripTrailing() + "\n" + notes;
    }
}
