package dev.satchel.postgres.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.migrations.SampleDatabase;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the worker, which may count a user's records past row security, can make of that. */
class CountedTablesIT {

    private static final UUID USER = new UUID(7, 7);

    @AutoClose
    private static SampleDatabase database;

    @BeforeAll
    static void createDatabase() {
        database = SampleDatabase.create();
        JdbcClient owner = JdbcClient.create(database.ownerDataSource());
        owner.sql("INSERT INTO public.users (id, email) VALUES (?, 'a@example.org')")
                .param(USER)
                .update();
        owner.sql("CREATE TABLE public.private_notes AS SELECT id AS user_id FROM public.users")
                .update();
        owner.sql("CREATE VIEW public.everybody AS SELECT * FROM public.users").update();
        owner.sql("GRANT SELECT ON public.everybody TO authenticated").update();
    }

    private static List<Long> count(OwnedTable... tables) {
        return JdbcClient.create(database.workerDataSource())
                .sql("SELECT records FROM satchel.count_records(?, ?::jsonb)")
                .param(USER)
                .param(PostgresDatasets.json(List.of(tables)))
                .query(Long.class)
                .list();
    }

    private static OwnedTable table(String name, String column) {
        return new OwnedTable(TableName.parse(name), List.of(new OwnerPath(List.of(), column)));
    }

    @Test
    void countsInATableThatTheUserMayRead() {
        assertThat(count(table("public.users", "id"))).containsExactly(1L);
    }

    @ParameterizedTest
    @CsvSource({
        "public.nothing, id",
        "public.private_notes, user_id",
        "public.everybody, id",
        "satchel.data_key, user_id",
        "pg_catalog.pg_authid, oid",
        "users; DROP TABLE users, id",
        "'public.users AS record WHERE true --', id"
    })
    void countsNothingElsewhere(String table, String column) {
        assertThat(count(table(table, column))).isEmpty();
    }

    @Test
    void countsNothingOverAStepThroughATableThatTheUserMayNotRead() {
        OwnerPath path = new OwnerPath(
                List.of(new OwnerPath.Step(List.of("id"), TableName.parse("private_notes"), List.of("user_id"))),
                "user_id");

        assertThat(count(new OwnedTable(TableName.parse("users"), List.of(path))))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"id = id OR id", "'id\" OR true OR \"id'", "id) OR (true"})
    void neverReadsANameOfAColumnAsSql(String column) {
        assertThatThrownBy(() -> count(table("public.users", column)))
                .rootCause()
                .hasMessageContaining("does not exist");
        assertThat(count(table("public.users", "id"))).containsExactly(1L);
    }
}
