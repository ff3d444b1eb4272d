package dev.satchel.postgres.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.satchel.UserId;
import dev.satchel.postgres.yaml.YamlFileException;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DatasetFileTest {

    private static final UserId USER = new UserId(new UUID(1, 2));

    private static final String ITEMS = """
            datasets:
              - name: order_items
                description: what you bought
                table: shop.order items
                owner:
                  - via:
                      - {columns: [shop_id, order_id], table: shop.orders, key: [shop, id]}
                    column: customer_id
                  - gift_for
                date: added_at
                order: [added_at, id]
                columns:
                  id: integer
                  "odd \\"name": text
                  added_at: timestamp
                  picture_key: {column: pic, type: bytea, secret: false}
                excluded:
                  gift_for: the user's own id
                lookups:
                  - table: shop.products
                    on: {product_id: id}
                    columns:
                      product: {column: title, type: text}
            excluded_tables:
              shop.audit: of the operator
            """;

    private static DatasetQuery items() {
        return PostgresDatasets.builtIn()
                .with("shop.yaml", ITEMS)
                .find("order_items")
                .orElseThrow();
    }

    @Test
    void readsATableItsPathsItsLookupsAndItsColumns() {
        DatasetQuery query = items();
        Map<TableName, Set<String>> live = Map.of(
                TableName.parse("shop.order items"),
                Set.of("id", "odd \"name", "added_at", "pic", "gift_for"),
                TableName.parse("shop.products"),
                Set.of("id", "title"));

        assertThat(query.dataset())
                .isEqualTo(new Dataset("order_items", "what you bought", Set.of(Dataset.Filter.PERIOD)));
        assertThat(query.copy(schema(live), USER, ExportFilters.of(Map.of("from", "2026-01-31"))))
                .isEqualTo("""
                        COPY (SELECT record."id",
                               record."odd ""name"::pg_catalog.text,
                               (pg_catalog.to_jsonb(record."added_at") OPERATOR(pg_catalog.#>>) '{}'),
                               pg_catalog.replace(pg_catalog.encode(record."pic", 'base64'), pg_catalog.chr(10), ''),
                               lookup1."title"::pg_catalog.text
                          FROM "shop"."order items" AS record
                          LEFT JOIN "shop"."products" AS lookup1 ON lookup1."id" = record."product_id"
                         WHERE (EXISTS (SELECT FROM "shop"."orders" AS step1 WHERE step1."shop" = record."shop_id" AND \
                        step1."id" = record."order_id" AND step1."customer_id" = \
                        '00000000-0000-0001-0000-000000000002'::uuid) OR record."gift_for" = \
                        '00000000-0000-0001-0000-000000000002'::uuid)
                           AND (record."added_at" AT TIME ZONE 'UTC') >= '2026-01-31 00:00:00.000000+00'::timestamptz
                         ORDER BY record."added_at", record."id") TO STDOUT (FORMAT binary)""");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"[added_at, id] | true", "added_at | true", "[id, added_at] | false", "[] | false"})
    void knowsWhetherRecordsAreInTheOrderOfTheirDates(String order, boolean isOldestFirst) {
        String file = ITEMS.replace("order: [added_at, id]", "order: " + order);

        assertThat(PostgresDatasets.builtIn()
                        .with("shop.yaml", file)
                        .find("order_items")
                        .orElseThrow()
                        .dataset()
                        .isOldestFirst())
                .isEqualTo(isOldestFirst);
    }

    @Test
    void leavesOutALookupAndColumnsThatTheDatabaseLacks() {
        Map<TableName, Set<String>> live = Map.of(TableName.parse("shop.order items"), Set.of("id", "gift_for"));

        assertThat(items().copy(schema(live), USER, ExportFilters.NONE))
                .startsWith("COPY (SELECT record.\"id\"\n  FROM \"shop\".\"order items\" AS record\n WHERE (EXISTS");
    }

    @Test
    void addsReplacesAndRemoves() {
        PostgresDatasets changed = PostgresDatasets.builtIn().with("mine.yaml", """
                datasets:
                  - {name: analytics, remove: true}
                  - {name: profile, table: auth.users, owner: id, order: id, columns: {id: uuid}}
                  - {name: badges, table: badges, owner: owner, order: id, columns: {id: uuid}}
                """);

        assertThat(changed.catalogue().datasets())
                .extracting(Dataset::name)
                .containsExactly(
                        "profile",
                        "settings",
                        "progress",
                        "sessions",
                        "vocabulary",
                        "descriptions",
                        "qa",
                        "interactions",
                        "exports",
                        "api_keys",
                        "badges");
        assertThat(changed.find("profile").orElseThrow().relations().tables())
                .containsExactly(new TableName("auth", "users"));
        assertThat(changed.catalogue().datasets().get(0).description()).isEqualTo("profile");
    }

    @Test
    void readsADirectoryInTheOrderOfItsNames(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("2.yml"), "datasets: [{name: qa, remove: true}]");
        Files.writeString(folder.resolve("1.yaml"), ITEMS);
        Files.writeString(folder.resolve("notes.txt"), "not YAML: [");

        assertThat(PostgresDatasets.builtIn().with(folder).catalogue().datasets())
                .extracting(Dataset::name)
                .contains("order_items")
                .doesNotContain("qa");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PostgresDatasets.builtIn().with(folder.resolve("3.yaml")))
                .withMessageContaining("3.yaml");
    }

    private static String dataset(String rest) {
        return "datasets:\n  - name: a\n" + rest.indent(4);
    }

    private static final String SOUND = "table: t\nowner: user_id\norder: id\n";

    static List<List<String>> mistakes() {
        return List.of(
                List.of("", "f.yaml: the file is empty: expected a list 'datasets'"),
                List.of("datasets: [", "f.yaml:1:12: is not YAML: expected the node content, but found '<stream end>'"),
                List.of(
                        "dataset: []",
                        "f.yaml:1:1: the key 'dataset' is unknown: expected one of datasets, excluded_tables"),
                List.of("datasets: none", "f.yaml:1:11: expected a list of datasets, was a text"),
                List.of("datasets:\n  - table: t\n", "f.yaml:2:5: a dataset needs the key 'name'"),
                List.of(
                        "datasets:\n  - {name: All}\n",
                        "f.yaml:2:12: 'All' cannot be the name of a dataset: expected at most 50 of a-z, 0-9 and _,"
                                + " beginning with a letter, and not 'all'"),
                List.of(
                        "datasets:\n  - {name: qa, remove: true}\n  - {name: qa, remove: true}\n",
                        "f.yaml:3:5: the dataset 'qa' is in this file twice: remove one of them"),
                List.of(
                        "datasets:\n  - {name: qb, remove: true}\n",
                        "the dataset 'qb' cannot be removed, because no dataset has that name: expected one of "
                                + "profile, settings, progress, sessions, vocabulary, descriptions, qa, interactions, analytics, "
                                + "exports, api_keys"),
                List.of(
                        "datasets:\n  - {name: qa, remove: true, table: t}\n",
                        "f.yaml:2:5: the dataset 'qa' is removed: expected no key but name and remove"),
                List.of(
                        "datasets:\n  - {name: qa, remove: yes}\n",
                        "f.yaml:2:24: expected true or false for remove, was 'yes'"),
                List.of(
                        dataset(SOUND + "colums: {id: uuid}"),
                        "f.yaml:6:5: the key 'colums' is unknown: expected one of name, description, origin, remove, table,"
                                + " owner, date, difficulty, phase, order, columns, lookups, excluded, owned, sql"),
                List.of(dataset(SOUND + "order: id"), "f.yaml:6:5: the key 'order' is here twice: remove one of them"),
                List.of(dataset(SOUND), "f.yaml:2:5: a dataset needs the key 'columns'"),
                List.of(
                        dataset(SOUND + "columns: {id: serial}"),
                        "f.yaml:6:19: the type 'serial' is unknown: expected one of boolean, integer, numeric, float,"
                                + " uuid, text, json, array, timestamptz, timestamp, date, bytea, inet"),
                List.of(
                        dataset(SOUND + "columns: {id: {type: uuid, origin: inferred}}"),
                        "f.yaml:6:40: unknown origin 'inferred': expected one of provided, observed, derived"),
                List.of(
                        dataset(SOUND + "origin: mine\ncolumns: {id: uuid}"),
                        "f.yaml:6:13: unknown origin 'mine': expected one of provided, observed, derived"),
                List.of(
                        dataset(SOUND + "columns: {id: uuid, id: text}"),
                        "f.yaml:6:25: the key 'id' is here twice: remove one of them"),
                List.of(
                        dataset(SOUND + "columns: {dataset: text}"),
                        "f.yaml:6:24: a column of a file cannot be called 'dataset', which names the dataset in JSON"
                                + " Lines: call it otherwise, as in 'dataset_: {column: dataset, type: text}'"),
                List.of(
                        dataset(SOUND + "columns: {key: {type: text, secret: true}}"),
                        "f.yaml:6:41: a secret is never exported: move the column to 'excluded', with the reason"),
                List.of(
                        dataset(SOUND + "columns: {id: uuid}\nexcluded: {id: a reason}"),
                        "f.yaml:2:5: the column public.t.id is exported and left out: take out one of both"),
                List.of(
                        dataset(SOUND + "columns: {id: uuid}\nexcluded: {key: }"),
                        "f.yaml:7:20: expected the reason why it is left out, was empty"),
                List.of(
                        dataset(SOUND + "columns: {id: uuid}\ndate: at"),
                        "f.yaml:7:11: the date 'at' is not one of the columns"),
                List.of(
                        dataset(SOUND + "columns: {at: text}\ndate: at"),
                        "f.yaml:7:11: the date 'at' has the type text: expected date, timestamptz or timestamp"),
                List.of(
                        dataset("table: a.b.c\nowner: user_id\norder: id\ncolumns: {id: uuid}"),
                        "f.yaml:3:12: 'a.b.c' is not the name of a table: expected a name such as public.orders"),
                List.of(
                        dataset("table: t\nowner: {via: [{columns: a, table: u, key: [x, y]}], column: id}\norder: id\n"
                                + "columns: {id: uuid}"),
                        "f.yaml:4:19: a step to public.u compares the columns [a] with the key [x, y]: expected as many of"
                                + " each, and at least one"),
                List.of(
                        dataset("table: t\nsql: {from: x}\ncolumns: {id: uuid}"),
                        "f.yaml:3:12: a dataset of 'sql' has no 'table' beside it: say it inside"),
                List.of(
                        dataset(
                                "sql:\n  from: FROM {t} AS t WHERE t.owner = {me}\n  tables:\n    t: {table: t, empty: {id:"
                                        + " uuid}}\n  homes: t\n  order: t.id\ncolumns: {id: {of: t, type: uuid}}\nowned: []"),
                        "f.yaml:4:13: the statement has no table 'me': expected one of t, user"),
                List.of(
                        "datasets: []\nexcluded_tables: {a.b.c: x}",
                        "f.yaml:2:26: 'a.b.c' is not the name of a table: expected a name such as public.orders"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void reportsEachMistakeWithItsPosition(List<String> mistake) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PostgresDatasets.builtIn().with("f.yaml", mistake.get(0)))
                .withMessage(mistake.get(1));
    }

    @Test
    void makesNoObjectOfATag() {
        assertThatExceptionOfType(YamlFileException.class)
                .isThrownBy(() -> DatasetFile.parse("f.yaml", "!!javax.script.ScriptEngineManager [x]"))
                .withMessage("f.yaml:1:1: expected a file with the keys datasets and excluded_tables, was a list");
    }

    @Test
    void quotesEveryName() {
        String name = "x\"; DROP TABLE users; --";

        assertThat(TableName.quoted(name)).isEqualTo("\"x\"\"; DROP TABLE users; --\"");
        assertThat(TableName.parse("a.\"b.\"\"c\"")).isEqualTo(new TableName("a", "b.\"c"));
        assertThat(TableName.parse(new TableName("a", "b.\"c").toString())).isEqualTo(new TableName("a", "b.\"c"));
    }

    @Test
    void theJsonSchemaHasTheKeysAndTypesThatTheFilesHave() {
        JsonNode schema = JsonMapper.shared().readTree(PostgresDatasets.jsonSchema());

        assertThat(keys(schema)).containsExactlyInAnyOrderElementsOf(DatasetFile.FILE_KEYS);
        JsonNode definitions = schema.get("$defs");
        assertThat(keys(definitions.get("dataset"))).containsExactlyInAnyOrderElementsOf(DatasetFile.DATASET_KEYS);
        assertThat(keys(definitions.get("ownerPath"))).containsExactlyInAnyOrderElementsOf(DatasetFile.OWNER_KEYS);
        assertThat(keys(definitions.get("step"))).containsExactlyInAnyOrderElementsOf(DatasetFile.STEP_KEYS);
        assertThat(keys(definitions.get("column").get("oneOf").get(1)))
                .containsExactlyInAnyOrderElementsOf(DatasetFile.COLUMN_KEYS);
        assertThat(keys(definitions.get("lookup"))).containsExactlyInAnyOrderElementsOf(DatasetFile.LOOKUP_KEYS);
        assertThat(keys(definitions.get("owned"))).containsExactlyInAnyOrderElementsOf(DatasetFile.OWNED_KEYS);
        assertThat(keys(definitions.get("sql"))).containsExactlyInAnyOrderElementsOf(DatasetFile.SQL_KEYS);
        assertThat(keys(definitions.get("sqlTable"))).containsExactlyInAnyOrderElementsOf(DatasetFile.SQL_TABLE_KEYS);
        List<String> types = new ArrayList<>();
        definitions.get("type").get("enum").forEach(type -> types.add(type.asString()));
        assertThat(String.join(", ", types)).isEqualTo(SourceType.names());
        definitions.forEach(definition -> {
            if (definition.has("properties")) {
                assertThat(definition.get("additionalProperties").asBoolean()).isFalse();
            }
        });
    }

    private static List<String> keys(JsonNode object) {
        return List.copyOf(object.get("properties").propertyNames());
    }

    private static LiveSchema schema(Map<TableName, Set<String>> tables) {
        Map<TableName, Map<String, LiveType>> columns = new HashMap<>();
        tables.forEach((table, names) -> names.forEach(name -> columns.computeIfAbsent(table, t -> new HashMap<>())
                .put(name, new LiveType("text", false, false, false, "text", false, null))));
        return new LiveSchema(columns);
    }
}
