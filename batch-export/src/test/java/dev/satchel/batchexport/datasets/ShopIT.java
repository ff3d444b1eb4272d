package dev.satchel.batchexport.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A stranger's way: the tables of a shop that Satchel knows nothing of, and a complete export in a few commands. */
class ShopIT {

    private static final String ANA = "aaaaaaaa-0000-4000-8000-000000000001";

    /** How many rows are Ana's, counted by hand in shop.sql. */
    private static final Map<String, Integer> OF_ANA = new TreeMap<>(Map.ofEntries(
            Map.entry("addresses", 3),
            Map.entry("carts", 1),
            Map.entry("interests", 3),
            Map.entry("messages", 2),
            Map.entry("order_items", 6),
            Map.entry("order_notes", 3),
            Map.entry("orders", 3),
            Map.entry("payment_methods", 3),
            Map.entry("profile", 1),
            Map.entry("reviews", 1),
            Map.entry("shipment_events", 3),
            Map.entry("shipments", 3),
            Map.entry("wishlist_products", 6),
            Map.entry("wishlists", 3)));

    @TempDir
    Path folder;

    @AutoClose
    private Installation satchel;

    private Path file;

    @BeforeEach
    void openTheShop() throws IOException {
        satchel = Installation.in(folder.resolve("s3"));
        try (InputStream sql = ShopIT.class.getResourceAsStream("shop.sql")) {
            satchel.sql(new String(sql.readAllBytes(), StandardCharsets.UTF_8));
        }
        file = folder.resolve("shop.yaml");
    }

    private void propose() throws IOException {
        Files.writeString(file, satchel.satchel("datasets", "propose").succeeded());
    }

    private Map<String, String> settings() {
        Map<String, String> settings = satchel.environment();
        settings.put("SATCHEL_DATASETS", file.toString());
        return settings;
    }

    private Map<String, String> ownersSettings() {
        Map<String, String> settings = settings();
        settings.put("DATABASE_URL", satchel.database().ownerUrl());
        return settings;
    }

    private List<String> findings() {
        Result checked = Installation.satchel(ownersSettings(), "datasets", "check", "--json");
        assertThat(checked.err()).isEmpty();
        List<String> findings = new ArrayList<>();
        for (JsonNode each : JsonMapper.shared().readTree(checked.out())) {
            findings.add(each.get("kind").asString() + " " + each.get("dataset").asString() + ": "
                    + each.get("problem").asString());
        }
        assertThat(checked.exit()).isEqualTo(findings.isEmpty() ? 0 : 1);
        return findings;
    }

    @Test
    void exportsEveryRowOfTheUserAndNobodyElsesWithoutSecrets() throws IOException {
        propose();

        assertThat(findings()).isEmpty();
        for (String format : List.of("json", "csv", "jsonl")) {
            Installation.satchel(settings(), "export", "request", "--user", ANA, "--type", "all", "--format", format)
                    .succeeded();
        }
        Installation.satchel(settings(), "export", "run").succeeded();
        String text = new String(
                satchel.object(
                        satchel.value("SELECT file_url FROM export_history WHERE export_format = 'json' AND user_id = '"
                                + ANA + "'")),
                StandardCharsets.UTF_8);
        JsonNode document = JsonMapper.shared().readTree(text);

        Map<String, Integer> found = new TreeMap<>();
        document.get("datasets")
                .properties()
                .forEach(each -> found.put(each.getKey(), each.getValue().size()));
        assertThat(found).containsAllEntriesOf(OF_ANA);
        assertThat(Stream.of("address", "order", "card", "list", "wish", "topic", "note", "carrier", "event")
                        .flatMap(kind -> Stream.of(1, 2, 3).map(number -> "ana " + kind + " " + number)))
                .allSatisfy(mark -> assertThat(text).contains(mark));
        assertThat(text)
                .contains("ana review", "ana cart", "+34 ana", "between both 1", "between both 2", "ana item 3.2")
                .doesNotContain(
                        "SECRET", "U0VDUkVU", "bo@", "bo review", "bo order", "bo carrier", "bo event", "himself");
        JsonNode datasets = document.get("datasets");
        assertThat(text)
                .contains("\"status\":\"paid\"", "\"gross\":12.2210", "\"ip\":\"192.0.2.1\"", "\"total\":10.10,");
        assertThat(datasets.get("reviews").get(0).toString())
                .contains(
                        "\"stars\":5",
                        "\"helpful\":0.30000000000000004",
                        "\"scores\":[[1,2],[3,4]]",
                        "\"fits\":{\"width\":3,\"height\":4}");
        assertThat(datasets.get("shipments").get(0).toString())
                .contains("\"sent_at\":\"2026-01-05T12:00:00.5\"", "\"took\":\"P1DT2H3M4S\"", "\"weight\":0.1");
        assertThat(datasets.get("order_notes").get(0).toString())
                .contains("\"dataset_\":\"ana note 1\"", "\"a \\\"b\\\": c\":\"odd\"", "\"true\":true");
        assertThat(Installation.satchel(ownersSettings(), "verify", "--quiet").out())
                .doesNotContain("export coverage");
    }

    @Test
    void draftsTheSameFileForAnybodyAndNothingMoreOnceItIsUsed() throws IOException {
        propose();

        String again = Installation.satchel(settings(), "datasets", "propose").succeeded();

        assertThat(again.lines().filter(line -> !line.startsWith("#"))).containsExactly("datasets: []");
    }

    @Test
    void acceptsTheNamesOfTheFileAndNoOthers() throws IOException {
        propose();

        assertThat(Installation.satchel(settings(), "datasets", "list").succeeded())
                .contains("order_items  public.order_items  order items");
        assertThat(Installation.satchel(settings(), "datasets", "show", "payment_methods")
                        .succeeded())
                .contains(
                        "left out public.payment_methods.card_token: proposed to be left out, because it has a name that"
                                + " looks like a secret");
        Result unknown = Installation.satchel(
                settings(), "export", "request", "--user", ANA, "--type", "grades", "--format", "csv");
        assertThat(unknown.exit()).isEqualTo(2);
        assertThat(unknown.err())
                .contains("unknown export type 'grades': expected one of profile,", "wishlists", ", all");
    }

    @Test
    void refusesAFileWithAMistakeAndSaysWhere() throws IOException {
        Files.writeString(file, "datasets:\n  - name: orders\n    tabel: public.orders\n");

        Result refused = Installation.satchel(settings(), "datasets", "list");

        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.err()).contains("shop.yaml:3:5: the key 'tabel' is unknown: expected one of name,");
    }

    private void edit(String from, String to) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
    }

    @Test
    void findsWhatIsWrongInTheFile() throws IOException {
        propose();
        edit("table: public.wishlists", "table: public.wish_lists");
        edit("      total: numeric", "      total: integer\n      lost: text");
        edit("    owner: author", "    owner: id_of_author");
        edit("    owner: customer", "    owner: note");
        edit("      label: text", "      label: text\n      card_token: text\n      card_print: bytea");
        edit("      card_token: \"proposed to be left out, because it has a name that looks like a secret\"\n", "");
        edit(
                "      card_print: \"proposed to be left out, because it holds bytes, which may be a key or a hash\"\n",
                "");
        edit(
                "    order: [sent_at, id]\n    columns:\n      id: uuid\n      sender",
                "    order: [sent, id]\n    columns:\n      id: uuid\n      sender");
        Files.writeString(
                file,
                Files.readString(file)
                        + "\n  - {name: cups, table: public.addresses, owner: user_id, order: id, columns: {id: uuid},\n"
                        + "     lookups: [{table: public.products, on: {street: title}, columns: {price: numeric}}]}\n");

        assertThat(findings())
                .contains(
                        "missing_table wishlists: public.wish_lists does not exist",
                        "missing_column orders: public.orders.lost does not exist",
                        "undecodable_type orders: public.orders.total is of the type numeric(10,2), which cannot be read as"
                                + " integer",
                        "no_path_to_user orders: public.orders.note (text) does not lead to a user: it is not a uuid,"
                                + " or it neither references a table of users nor is called user_id",
                        "no_index orders: public.orders has no index that begins with note, so that each export reads all of"
                                + " it",
                        "missing_column reviews: public.reviews.id_of_author does not exist",
                        "possible_secret payment_methods: public.payment_methods.card_token has a name that looks like a"
                                + " secret, and is exported",
                        "possible_secret payment_methods: public.payment_methods.card_print holds bytes, which may be a key"
                                + " or a hash, and is exported",
                        "ambiguous_lookup cups: public.products may have several rows for one of [title], each of which"
                                + " would repeat a record",
                        "no_origin cups: no origin is known of the columns id, price, so that an export of the profile"
                                + " portability has them even if they are derived")
                .anyMatch(finding -> finding.startsWith("refused_statement messages: PostgreSQL refuses the statement"
                        + " of messages: ERROR: column record.sent does not exist"))
                .anyMatch(finding ->
                        finding.startsWith("unknown_table_or_column : table public.wishlists leads to users"));
        assertThat(Installation.satchel(ownersSettings(), "verify", "--quiet").out())
                .contains("type of public.orders.total", "numeric(10,2), which cannot be read as integer");
    }

    @Test
    void findsWhatIsWrongInTheDatabase() throws IOException {
        propose();
        satchel.sql("REVOKE SELECT ON public.carts FROM authenticated");
        satchel.sql("ALTER TABLE public.interests DISABLE ROW LEVEL SECURITY");
        satchel.sql("DROP INDEX public.shipment_events_shipment_idx; CREATE INDEX ON public.shipment_events (shipment)"
                + " WHERE payload IS NULL");
        satchel.sql("DROP INDEX public.interests_user_id_idx;"
                + " CREATE INDEX ON public.interests (user_id, lower(topic))");
        satchel.sql("ALTER TABLE public.orders ADD COLUMN mood text");
        satchel.sql("CREATE TABLE public.returns (id uuid PRIMARY KEY, parcel uuid REFERENCES public.shipments)");

        assertThat(findings())
                .containsExactlyInAnyOrder(
                        "not_readable carts: public.carts (id) cannot be read by the role authenticated, as which every"
                                + " user's data is read",
                        "not_readable carts: public.carts (contents) cannot be read by the role authenticated, as which"
                                + " every user's data is read",
                        "not_readable carts: public.carts (remind_at) cannot be read by the role authenticated, as which"
                                + " every user's data is read",
                        "row_security_off interests: public.interests has row-level security switched off, so that only the"
                                + " dataset's filter keeps out other users' rows",
                        "no_index shipment_events: public.shipment_events has no index that begins with shipment, so that"
                                + " each export reads all of it",
                        "unknown_table_or_column : column public.orders.mood is neither exported nor left out with a reason",
                        "unknown_table_or_column : table public.returns leads to users, and no dataset exports it or leaves"
                                + " it out with a reason");
        satchel.sql("GRANT SELECT ON public.carts TO authenticated");
        satchel.sql("ALTER TABLE public.interests ENABLE ROW LEVEL SECURITY");
        satchel.sql("CREATE INDEX ON public.shipment_events (shipment) WHERE shipment IS NOT NULL");
        satchel.sql("CREATE INDEX ON public.returns (parcel)");
        satchel.sql(
                "ALTER TABLE public.returns ENABLE ROW LEVEL SECURITY; GRANT SELECT ON public.returns TO authenticated");
        Path more = folder.resolve("more");
        Files.createDirectory(more);
        Files.copy(file, more.resolve("1.yaml"));
        Files.writeString(
                more.resolve("2.yaml"),
                Installation.satchel(settings(), "datasets", "propose").succeeded());
        file = more;

        assertThat(findings()).isEmpty();
    }

    @Test
    void findsColumnsThatAForeignKeyComparesByOperatorsOfAnExtension() throws Exception {
        try (Connection connection = satchel.database().superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE EXTENSION citext SCHEMA public");
        }
        satchel.sql(
                "CREATE TABLE public.clubs (name public.citext PRIMARY KEY, user_id uuid REFERENCES public.users (id));"
                        + " CREATE TABLE public.club_notes (id integer PRIMARY KEY,"
                        + " club public.citext REFERENCES public.clubs (name));"
                        + " CREATE INDEX ON public.clubs (user_id); CREATE INDEX ON public.club_notes (club);"
                        + " ALTER TABLE public.clubs ENABLE ROW LEVEL SECURITY;"
                        + " ALTER TABLE public.club_notes ENABLE ROW LEVEL SECURITY;"
                        + " GRANT SELECT ON public.clubs, public.club_notes TO authenticated");
        propose();
        String why = "the type public.citext has operators outside of pg_catalog, which Satchel never runs, so that"
                + " records would be missing";

        assertThat(findings())
                .contains(
                        "incomparable_columns club_notes: public.club_notes.club (public.citext) and public.clubs.name"
                                + " (public.citext) cannot be compared: " + why);
        assertThat(Installation.satchel(ownersSettings(), "verify", "--quiet").out())
                .contains(
                        "comparison of public.club_notes.club (public.citext) with public.clubs.name (public.citext)",
                        why);
        Installation.satchel(settings(), "export", "request", "--user", ANA, "--type", "club_notes", "--format", "csv")
                .succeeded();
        assertThat(Installation.satchel(settings(), "export", "run").out())
                .contains("left 1 pending with database_misconfigured");
    }

    @Test
    void findsTheTablesOfAPathThroughASchemaWithoutDatasets() throws IOException {
        satchel.sql("CREATE SCHEMA crm; GRANT USAGE ON SCHEMA crm TO authenticated;"
                + " CREATE TABLE crm.accounts (id uuid PRIMARY KEY, user_id uuid REFERENCES public.users (id));"
                + " CREATE INDEX ON crm.accounts (user_id);"
                + " CREATE TABLE crm.leads (id uuid PRIMARY KEY, user_id uuid REFERENCES public.users (id));"
                + " CREATE TABLE public.visits (id uuid PRIMARY KEY, account uuid REFERENCES crm.accounts (id));"
                + " ALTER TABLE public.visits ENABLE ROW LEVEL SECURITY;"
                + " CREATE TABLE crm.calls (id uuid PRIMARY KEY, user_id uuid REFERENCES public.users (id));"
                + " CREATE VIEW public.calls WITH (security_invoker = true) AS SELECT * FROM crm.calls;"
                + " GRANT SELECT ON crm.accounts, crm.calls, public.calls, public.visits TO authenticated");
        propose();
        Files.writeString(
                file,
                Files.readString(file)
                        + "\n  - {name: visits, table: public.visits, order: id, origin: provided, columns: {id: uuid, account: uuid},\n"
                        + "     owner: {via: [{columns: [account], table: crm.accounts, key: [id]}], column: user_id}}\n"
                        + "  - {name: calls, table: public.calls, owner: user_id, order: id, origin: provided,\n"
                        + "     columns: {id: uuid}, owned: [{table: crm.calls, owner: user_id}]}\n");

        assertThat(findings())
                .containsExactlyInAnyOrder(
                        "no_index visits: public.visits has no index that begins with account, so that each export reads all"
                                + " of it",
                        "row_security_off calls: crm.calls has row-level security switched off, so that only the dataset's"
                                + " filter keeps out other users' rows",
                        "no_index calls: crm.calls has no index that begins with user_id, so that each export reads all of"
                                + " it");

        satchel.sql("REVOKE SELECT ON crm.accounts FROM authenticated; CREATE INDEX ON public.visits (account);"
                + " CREATE INDEX ON crm.calls (user_id); ALTER TABLE crm.calls ENABLE ROW LEVEL SECURITY");

        assertThat(findings())
                .containsExactly(
                        "not_readable visits: crm.accounts (id) cannot be read by the role authenticated, as which every"
                                + " user's data is read",
                        "not_readable visits: crm.accounts (user_id) cannot be read by the role authenticated, as which"
                                + " every user's data is read");
    }

    @Test
    void namesRemediesThatPostgresqlAccepts() throws Exception {
        satchel.sql("CREATE TABLE public.clicks (user_id uuid NOT NULL REFERENCES public.users (id), at timestamptz)"
                + " PARTITION BY RANGE (at)");
        satchel.sql(
                "CREATE TABLE public.animals (user_id uuid REFERENCES public.users (id), at point[], path jsonpath);"
                        + " CREATE TABLE public.dogs (breed text) INHERITS (public.animals)");
        try (Connection connection = satchel.database().superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;"
                    + " CREATE FOREIGN TABLE public.remote (id integer, user_id uuid) SERVER files"
                    + " OPTIONS (filename '/nowhere')");
        }
        propose();

        Result checked = Installation.satchel(ownersSettings(), "datasets", "check");

        assertThat(Files.readString(file))
                .contains("table: public.animals\n    owner: user_id\n    order: user_id\n")
                .contains(
                        "# public.dogs inherits from another table, which shows its rows too. The table is not drafted.")
                .doesNotContain("table: public.dogs");
        assertThat(checked.out())
                .doesNotContain("refused_statement")
                .contains("CREATE INDEX ON \"public\".\"clicks\" (\"user_id\")")
                .doesNotContain("no_index  remote", "row_security_off  remote", "ON \"public\".\"remote\" (");
    }

    @Test
    void findsARowThatAPolicyHidesFromItsOwnUser() throws IOException {
        propose();
        satchel.sql("CREATE POLICY hidden ON public.shipment_events AS RESTRICTIVE FOR SELECT USING (id <> 1)");
        Installation.satchel(
                        settings(), "export", "request", "--user", ANA, "--type", "shipment_events", "--format", "csv")
                .succeeded();

        Result run = Installation.satchel(settings(), "export", "run");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(satchel.value("SELECT error_message FROM export_history WHERE user_id = '" + ANA + "'"))
                .startsWith("records_hidden");
    }

    @Test
    void namesATableInWhichHiddenRowsAreNotNoticed() throws Exception {
        propose();
        try (Connection connection = satchel.database().superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE ROLE shop_stranger_" + satchel.database().name());
            statement.execute("ALTER TABLE public.carts OWNER TO shop_stranger_"
                    + satchel.database().name());
        }

        assertThat(findings())
                .containsExactly("not_counted carts: an export does not notice rows of public.carts that row security"
                        + " hides from their user, because public.carts.id or its type belongs to a role that is not"
                        + " trusted");
    }
}
