package dev.satchel.batchexport.schema.docs;

import static dev.satchel.batchexport.schema.docs.TypescriptNames.alternatives;
import static dev.satchel.batchexport.schema.docs.TypescriptNames.key;
import static dev.satchel.batchexport.schema.docs.TypescriptNames.string;
import static dev.satchel.batchexport.schema.docs.TypescriptNames.type;

import dev.satchel.batchexport.schema.catalog.LiveTables;
import dev.satchel.batchexport.schema.catalog.LiveTables.Argument;
import dev.satchel.batchexport.schema.catalog.LiveTables.Column;
import dev.satchel.batchexport.schema.catalog.LiveTables.ForeignKey;
import dev.satchel.batchexport.schema.catalog.LiveTables.Function;
import dev.satchel.batchexport.schema.catalog.LiveTables.Relation;
import dev.satchel.batchexport.schema.catalog.LiveTablesReader;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * The TypeScript types of a live database, in the <a
 * href="https://supabase.com/docs/guides/api/rest/generating-types">layout that Supabase's clients read</a>.
 *
 * <p>The same schema always gives the same text, whichever role asks: what it may read or write does not matter. Left out
 * are functions with more than one signature, which no client can call by name alone, and {@code __InternalSupabase},
 * which tells the version of the API's server: a database does not know it.
 */
public final class TypescriptTypes {

    private static final int WIDTH = 80;

    private static final String JSON = """
            export type Json =
              | string
              | number
              | boolean
              | null
              | { [key: string]: Json | undefined }
              | Json[]

            """;

    // Each helper takes a name, or a schema and a name, as applications written for Supabase's generator do.
    private static final String HELPERS = """

            type PublicSchema = Database["public"]

            type Relations = PublicSchema["Tables"] & PublicSchema["Views"]

            type InSchema = { schema: keyof Database }

            type Choice<First, Second> = First extends InSchema ? Second : First

            type Member<Members, Name, Part extends string> = Name extends keyof Members
              ? Members[Name] extends { [_ in Part]: infer Found }
                ? Found
                : never
              : never

            export type Tables<
              Name extends keyof Relations | InSchema,
              NameInSchema extends Name extends InSchema
                ? keyof Relations
                : never = never,
            > = Member<Relations, Choice<Name, NameInSchema>, "Row">

            export type TablesInsert<
              Name extends keyof PublicSchema["Tables"] | InSchema,
              NameInSchema extends Name extends InSchema
                ? keyof PublicSchema["Tables"]
                : never = never,
            > = Member<PublicSchema["Tables"], Choice<Name, NameInSchema>, "Insert">

            export type TablesUpdate<
              Name extends keyof PublicSchema["Tables"] | InSchema,
              NameInSchema extends Name extends InSchema
                ? keyof PublicSchema["Tables"]
                : never = never,
            > = Member<PublicSchema["Tables"], Choice<Name, NameInSchema>, "Update">

            export type Enums<
              Name extends keyof PublicSchema["Enums"] | InSchema,
              NameInSchema extends Name extends InSchema
                ? keyof PublicSchema["Enums"]
                : never = never,
            > = PublicSchema["Enums"][Extract<
              Choice<Name, NameInSchema>,
              keyof PublicSchema["Enums"]
            >]

            export type CompositeTypes<
              Name extends keyof PublicSchema["CompositeTypes"] | InSchema,
              NameInSchema extends Name extends InSchema
                ? keyof PublicSchema["CompositeTypes"]
                : never = never,
            > = PublicSchema["CompositeTypes"][Extract<
              Choice<Name, NameInSchema>,
              keyof PublicSchema["CompositeTypes"]
            >]
            """;

    private final LiveTables live;
    private final StringBuilder text = new StringBuilder();
    private int depth;

    private TypescriptTypes(LiveTables live) {
        this.live = live;
    }

    /**
     * Prints the types of the schema {@code public} of a database.
     *
     * @throws SQLException if the database cannot be reached
     */
    public static String of(DataSource dataSource) throws SQLException {
        return new TypescriptTypes(LiveTablesReader.read(dataSource)).print();
    }

    private String print() {
        text.append(JSON);
        open("export type Database = {");
        open("public: {");
        section("Tables: {", live.relations().stream().filter(Relation::isTable).toList(), this::table);
        section("Views: {", live.relations().stream().filter(Relation::isView).toList(), this::view);
        section("Functions: {", callableFunctions(), this::function);
        section("Enums: {", List.copyOf(live.enums().entrySet()), this::enumeration);
        section(
                "CompositeTypes: {",
                live.relations().stream().filter(Relation::isCompositeType).toList(),
                this::compositeType);
        close();
        close();
        text.append(HELPERS).append('\n');
        constants();
        return text.toString();
    }

    private <T> void section(String head, List<T> members, Consumer<T> printer) {
        open(head);
        if (members.isEmpty()) {
            line("[_ in never]: never");
        }
        members.forEach(printer);
        close();
    }

    private void table(Relation table) {
        open(key(table.name()) + ": {");
        row(table);
        open("Insert: {");
        for (Column column : sorted(table)) {
            written(column, column.nullable() || column.preset());
        }
        close();
        open("Update: {");
        sorted(table).forEach(column -> written(column, true));
        close();
        relationships(table);
        close();
    }

    private void view(Relation view) {
        open(key(view.name()) + ": {");
        row(view);
        if (view.insertable()) {
            open("Insert: {");
            sorted(view).forEach(column -> written(column, true));
            close();
        }
        if (view.updatable()) {
            open("Update: {");
            sorted(view).forEach(column -> written(column, true));
            close();
        }
        line("Relationships: []");
        close();
    }

    private void row(Relation relation) {
        open("Row: {");
        sorted(relation).forEach(column -> union(key(column.name()) + ":", alternatives(column)));
        close();
    }

    private void written(Column column, boolean optional) {
        String name = key(column.name());
        if (column.generated()) {
            line(name + "?: never");
        } else {
            union(name + (optional ? "?:" : ":"), alternatives(column));
        }
    }

    private void relationships(Relation table) {
        List<ForeignKey> foreignKeys = live.foreignKeysOf(table);
        if (foreignKeys.isEmpty()) {
            line("Relationships: []");
            return;
        }
        open("Relationships: [");
        for (ForeignKey foreignKey : foreignKeys) {
            open("{");
            line("foreignKeyName: " + string(foreignKey.name()));
            list("columns: ", foreignKey.columns(), "");
            // What the API's server decides by, and with it whether an embedded row comes alone or in an array.
            line("isOneToOne: " + table.haveUniqueConstraint(foreignKey.columns()));
            line("referencedRelation: " + string(foreignKey.referencedTable()));
            list("referencedColumns: ", foreignKey.referencedColumns(), "");
            close("},");
        }
        close("]");
    }

    private List<Function> callableFunctions() {
        Map<String, List<Function>> byName = live.functions().stream()
                .collect(Collectors.groupingBy(Function::name, TreeMap::new, Collectors.toList()));
        return byName.values().stream()
                .filter(signatures -> signatures.size() == 1)
                .map(signatures -> signatures.get(0))
                .toList();
    }

    private void function(Function function) {
        open(key(function.name()) + ": {");
        arguments(function.arguments());
        String many = function.returnsSet() ? "[]" : "";
        List<Argument> fields = fieldsOf(function);
        if (fields.isEmpty()) {
            line("Returns: " + type(function.result()) + many);
        } else {
            open("Returns: {");
            fields.stream()
                    .sorted(Comparator.comparing(Argument::name))
                    .forEach(field -> line(key(field.name()) + ": " + type(field.type())));
            close("}" + many);
        }
        close();
    }

    // A single output argument is the result itself; several, or the columns of a table, are the fields of a row.
    private static List<Argument> fieldsOf(Function function) {
        return "record".equals(function.result().name()) || function.outputs().size() > 1
                ? function.outputs()
                : List.of();
    }

    private void arguments(List<Argument> arguments) {
        if (arguments.isEmpty()) {
            line("Args: never");
            return;
        }
        List<String> members = arguments.stream()
                .sorted(Comparator.comparing(Argument::name))
                .map(argument -> key(argument.name()) + (argument.optional() ? "?: " : ": ") + type(argument.type()))
                .distinct()
                .toList();
        String all = "Args: { " + String.join("; ", members) + " }";
        if (fits(all)) {
            line(all);
        } else {
            open("Args: {");
            members.forEach(this::line);
            close();
        }
    }

    private void enumeration(Map.Entry<String, List<String>> enumeration) {
        union(
                key(enumeration.getKey()) + ":",
                enumeration.getValue().stream().map(TypescriptNames::string).toList());
    }

    private void compositeType(Relation type) {
        open(key(type.name()) + ": {");
        sorted(type).forEach(field -> union(key(field.name()) + ":", alternatives(field)));
        close();
    }

    private void constants() {
        open("export const Constants = {");
        open("public: {");
        if (live.enums().isEmpty()) {
            line("Enums: {},");
        } else {
            open("Enums: {");
            live.enums().forEach((name, labels) -> list(key(name) + ": ", labels, ","));
            close("},");
        }
        close("},");
        close("} as const");
    }

    private static List<Column> sorted(Relation relation) {
        return relation.columns().stream()
                .sorted(Comparator.comparing(Column::name))
                .toList();
    }

    private void union(String head, List<String> alternatives) {
        String all = head + " " + String.join(" | ", alternatives);
        if (fits(all) || alternatives.size() == 1) {
            line(all);
            return;
        }
        line(head);
        depth++;
        alternatives.forEach(alternative -> line("| " + alternative));
        depth--;
    }

    private void list(String head, List<String> values, String end) {
        List<String> quoted = values.stream().map(TypescriptNames::string).toList();
        String all = head + "[" + String.join(", ", quoted) + "]" + end;
        if (fits(all)) {
            line(all);
            return;
        }
        open(head + "[");
        quoted.forEach(value -> line(value + ","));
        close("]" + end);
    }

    private boolean fits(String line) {
        return 2 * depth + line.length() <= WIDTH;
    }

    private void open(String head) {
        line(head);
        depth++;
    }

    private void close() {
        close("}");
    }

    private void close(String tail) {
        depth--;
        line(tail);
    }

    private void line(String line) {
        text.append("  ".repeat(depth)).append(line).append('\n');
    }
}
