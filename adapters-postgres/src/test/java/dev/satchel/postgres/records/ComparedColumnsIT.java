package dev.satchel.postgres.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.AbortSignal;
import dev.satchel.UserId;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.record.ColumnTypeException;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.RecordingSink;
import dev.satchel.record.UserRecords;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A statement finds PostgreSQL's operators alone, so it must not compare what a foreign key compares by others. */
class ComparedColumnsIT extends PostgresRecordsFixture {

    private static final String OF_A_SHELF = """
            datasets:
              - name: books
                table: books
                owner: {via: [{columns: [shelf], table: shelves, key: [code]}], column: user_id}
                order: id
                columns: {id: integer}
            """;

    private static final String WITH_THEIR_SHELF = """
            datasets:
              - name: books
                table: books
                owner: user_id
                order: id
                columns: {id: integer}
                lookups: [{table: shelves, on: {shelf: code}, columns: {room: text}}]
            """;

    private UserId user;

    @BeforeEach
    void addABookOnAShelf() {
        JdbcClient superuser = JdbcClient.create(database.superuserDataSource());
        for (String sql : List.of(
                "CREATE SCHEMA extensions",
                "GRANT USAGE ON SCHEMA extensions TO PUBLIC",
                "CREATE EXTENSION citext SCHEMA extensions",
                "CREATE DOMAIN extensions.email AS extensions.citext",
                "GRANT USAGE ON TYPE extensions.email TO PUBLIC")) {
            superuser.sql(sql).update();
        }
        run("CREATE TYPE public.letter AS ENUM ('a')");
        run("CREATE COLLATION public.loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
        run("CREATE DOMAIN public.loosely AS text COLLATE public.loose");
        run("CREATE TABLE public.shelves (code text, user_id uuid, room text)");
        run("CREATE TABLE public.books (id integer, shelf text, user_id uuid)");
        run("GRANT SELECT ON public.shelves, public.books TO authenticated");
        user = addUser();
        run("INSERT INTO public.shelves VALUES ('a', ?, 'hall')", user.value());
        run("INSERT INTO public.books VALUES (1, 'a', ?)", user.value());
    }

    // One object reads all, so that what it saw before hides no change.
    private Optional<String> refusal(UserRecords records, PostgresDatasets datasets, String own, String key)
            throws Exception {
        change("books", "shelf", own);
        change("shelves", "code", key);
        Dataset books = datasets.catalogue().find("books").orElseThrow();
        RecordingSink sink = new RecordingSink();
        try {
            records.read(user, List.of(books), ExportFilters.NONE, sink, new AbortSignal());
        } catch (ColumnTypeException refused) {
            assertThat(sink.datasets()).isEmpty();
            return Optional.of(refused.getMessage());
        }
        assertThat(sink.records(books)).as(own + " = " + key).hasSize(1);
        return Optional.empty();
    }

    private void change(String table, String column, String type) {
        run("ALTER TABLE public." + table + " ALTER " + column + " TYPE " + type + " USING " + column + "::text::"
                + type.replaceFirst(" COLLATE.*", ""));
    }

    @Test
    void areRefusedWhereATypeHasOperatorsOfItsOwn() throws Exception {
        for (String file : List.of(OF_A_SHELF, WITH_THEIR_SHELF)) {
            PostgresDatasets datasets = PostgresDatasets.builtIn().with("books.yaml", file);
            UserRecords records = new PostgresUserRecords(database.workerDataSource(), datasets, LONG);

            assertThat(refusal(records, datasets, "text", "text")).isEmpty();
            assertThat(refusal(records, datasets, "text", "extensions.citext"))
                    .contains("the columns public.books.shelf (text) and public.shelves.code (extensions.citext), which"
                            + " the datasets file compares, cannot be compared: the type extensions.citext has operators"
                            + " outside of pg_catalog, which Satchel never runs, so that records would be missing:"
                            + " 'satchel datasets check' says what is allowed");
            assertThat(refusal(records, datasets, "extensions.citext", "extensions.citext"))
                    .isPresent();
            assertThat(refusal(records, datasets, "extensions.citext", "text")).isPresent();
            assertThat(refusal(records, datasets, "extensions.email", "text")).isPresent();
        }
    }

    @Test
    void areRefusedWhereOneOfThemTakesDifferentTextsForEqual() throws Exception {
        PostgresDatasets datasets = PostgresDatasets.builtIn().with("books.yaml", OF_A_SHELF);
        UserRecords records = new PostgresUserRecords(database.workerDataSource(), datasets, LONG);

        assertThat(refusal(records, datasets, "text", "text")).isEmpty();
        assertThat(refusal(records, datasets, "text COLLATE public.loose", "text"))
                .contains(
                        "the columns public.books.shelf (text) and public.shelves.code (text), which the datasets file"
                                + " compares, cannot be compared: the collation public.loose of one of them takes different"
                                + " texts for equal, so that records of others could be taken for the user's: 'satchel datasets"
                                + " check' says what is allowed");
        assertThat(refusal(records, datasets, "text", "public.loosely")).isPresent();
        assertThat(refusal(records, datasets, "public.loosely", "text COLLATE public.loose"))
                .isEmpty();
    }

    @Test
    void areReadWherePostgresqlComparesThemByItsOwnOperators() throws Exception {
        PostgresDatasets datasets = PostgresDatasets.builtIn().with("books.yaml", OF_A_SHELF);
        UserRecords records = new PostgresUserRecords(database.workerDataSource(), datasets, LONG);

        assertThat(refusal(records, datasets, "varchar(3)", "char(3)")).isEmpty();
        assertThat(refusal(records, datasets, "public.letter", "public.letter")).isEmpty();
        assertThat(refusal(records, datasets, "text COLLATE \"C\"", "text COLLATE \"C\""))
                .isEmpty();
    }

    @Test
    void areReadAgainOnceTheTypesWereChanged() throws Exception {
        PostgresDatasets datasets = PostgresDatasets.builtIn().with("books.yaml", OF_A_SHELF);
        UserRecords records = new PostgresUserRecords(database.workerDataSource(), datasets, LONG);
        Dataset books = datasets.catalogue().find("books").orElseThrow();
        change("shelves", "code", "extensions.citext");

        assertThatThrownBy(() ->
                        records.read(user, List.of(books), ExportFilters.NONE, new RecordingSink(), new AbortSignal()))
                .isInstanceOf(ColumnTypeException.class);

        assertThat(refusal(records, datasets, "text", "text")).isEmpty();
    }

    @Test
    void hinderNoExportOfAProfileThatHoldsNothingOfThem() throws Exception {
        PostgresDatasets datasets = PostgresDatasets.builtIn()
                .with("books.yaml", OF_A_SHELF.replace("order: id", "order: id\n    origin: derived"));
        UserRecords records = new PostgresUserRecords(database.workerDataSource(), datasets, LONG);
        List<Dataset> all = List.of(
                datasets.catalogue().find("books").orElseThrow(),
                datasets.catalogue().find("sessions").orElseThrow());
        RecordingSink sink = new RecordingSink();
        change("shelves", "code", "extensions.citext");

        records.read(user, all, ExportFilters.of(Map.of("profile", "portability")), sink, new AbortSignal());

        assertThat(sink.datasets()).containsExactly(all.get(1));
    }
}
