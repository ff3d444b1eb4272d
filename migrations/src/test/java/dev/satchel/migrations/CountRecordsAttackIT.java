package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A login of the export worker that can also create objects of its own finds no way to run them as the owner through
 * {@code satchel.count_records}, which compares columns of the tables it is told with its owner's rights.
 */
class CountRecordsAttackIT {

    private static final String SPY = """
            CREATE FUNCTION attacker.spy() RETURNS boolean LANGUAGE plpgsql IMMUTABLE
                AS 'BEGIN PERFORM set_config(''attack.ran_as'', current_user, false); RETURN true; END';
            CREATE TYPE attacker.kind AS ENUM ('one');
            CREATE FUNCTION attacker.read(attacker.kind) RETURNS uuid LANGUAGE plpgsql IMMUTABLE
                AS 'BEGIN PERFORM attacker.spy(); RETURN NULL; END';
            CREATE CAST (attacker.kind AS uuid) WITH FUNCTION attacker.read(attacker.kind) AS IMPLICIT;
            CREATE FUNCTION attacker.read_text(attacker.kind) RETURNS text LANGUAGE plpgsql IMMUTABLE
                AS 'BEGIN PERFORM attacker.spy(); RETURN ''''; END';
            CREATE CAST (attacker.kind AS text) WITH FUNCTION attacker.read_text(attacker.kind) AS IMPLICIT;
            """;
    private static final String COUNT = "SELECT count(*) FROM satchel.count_records(?, ?::jsonb)";

    @AutoClose
    private SampleDatabase database;

    @AutoClose
    private Session owner;

    @AutoClose
    private Session worker;

    private UUID user;

    @BeforeEach
    void letTheWorkerCreate() throws SQLException {
        database = SampleDatabase.create();
        owner = Session.open(database.ownerDataSource());
        user = owner.addUser();
        try (var superuser = Session.open(database.superuserDataSource())) {
            superuser.run("CREATE SCHEMA attacker AUTHORIZATION satchel_exports_login");
        }
        worker = Session.open(database.dataSourceOf("satchel_exports"));
        worker.run("GRANT USAGE ON SCHEMA attacker TO PUBLIC");
        for (var statement : SPY.split(";\n")) {
            worker.run(statement);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE attacker.planted AS SELECT 'one'::attacker.kind AS user_id",
                "CREATE TABLE attacker.planted AS SELECT 'one'::text AS user_id;"
                        + " ALTER TABLE attacker.planted ALTER user_id TYPE attacker.kind USING user_id::attacker.kind",
                "CREATE TABLE attacker.planted (user_id uuid);"
                        + " CREATE INDEX ON attacker.planted (user_id) WHERE attacker.spy()",
                "CREATE TABLE attacker.planted (user_id uuid); INSERT INTO attacker.planted VALUES ('%s');"
                        + " ALTER TABLE attacker.planted ENABLE ROW LEVEL SECURITY;"
                        + " CREATE POLICY spying ON attacker.planted USING (attacker.spy())",
                "CREATE VIEW attacker.planted AS SELECT '%s'::uuid AS user_id WHERE attacker.spy()",
                "CREATE TABLE attacker.planted (kind attacker.kind, user_id attacker.kind) PARTITION BY LIST (kind);"
                        + " CREATE TABLE attacker.part PARTITION OF attacker.planted DEFAULT;"
                        + " INSERT INTO attacker.planted VALUES ('one', 'one')"
            })
    void noTableOfItsOwnRunsCodeAsTheOwner(String plant) throws SQLException {
        for (var statement : plant.formatted(user).split(";")) {
            worker.run(statement);
        }
        worker.run("GRANT SELECT ON attacker.planted TO PUBLIC");

        assertNotRun(table("attacker", "planted", "user_id"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE public.trusting AS SELECT 'one'::attacker.kind AS user_id",
                "CREATE DOMAIN public.trusted_kind AS attacker.kind;"
                        + " CREATE TABLE public.trusting AS SELECT 'one'::public.trusted_kind AS user_id"
            })
    void noTypeOfItsOwnDoesInATableOfTheOwners(String trusting) throws SQLException {
        for (var statement : trusting.split(";")) {
            owner.run(statement);
        }
        owner.run("GRANT SELECT ON public.trusting TO authenticated");

        assertNotRun(table("public", "trusting", "user_id"));
    }

    @Test
    void noStepThroughItsTypesRunsCodeAsTheOwner() throws SQLException {
        owner.run("CREATE TABLE public.trusting AS SELECT 'one'::attacker.kind AS kind");
        owner.run("CREATE TABLE public.reached AS SELECT 'one'::text AS kind, ?::uuid AS user_id", user);
        owner.run("GRANT SELECT ON public.trusting, public.reached TO authenticated");

        assertNotRun("""
                [{"schema": "public", "table": "trusting", "owners": [{"column": "user_id", "steps": [
                  {"columns": ["kind"], "schema": "public", "table": "reached", "key": ["kind"]}]}]}]
                """);
        assertNotRun("""
                [{"schema": "public", "table": "reached", "owners": [{"column": "kind", "steps": [
                  {"columns": ["kind"], "schema": "public", "table": "trusting", "key": ["kind"]}]}]}]
                """);
    }

    @Test
    void tablesOfTheApplicationAreCountedStill() throws SQLException {
        owner.run("CREATE TYPE public.rank AS ENUM ('gold')");
        owner.run("CREATE DOMAIN public.member AS uuid");
        owner.run("CREATE TABLE public.ranked (rank public.rank, user_id public.member) PARTITION BY LIST (rank)");
        owner.run("CREATE TABLE public.ranked_rest PARTITION OF public.ranked DEFAULT");
        owner.run("INSERT INTO public.ranked VALUES ('gold', ?)", user);
        owner.run("CREATE TABLE public.medal AS SELECT 'gold'::public.rank AS rank FROM generate_series(1, 3)");
        owner.run("GRANT SELECT ON public.ranked, public.medal TO authenticated");

        assertThat(records(table("public", "ranked", "user_id"))).isEqualTo("1");
        assertThat(records("""
                [{"schema": "public", "table": "medal", "owners": [{"column": "user_id", "steps": [
                  {"columns": ["rank"], "schema": "public", "table": "ranked", "key": ["rank"]}]}]}]
                """)).isEqualTo("3");
    }

    private static String table(String schema, String name, String column) {
        return """
                [{"schema": "%s", "table": "%s", "owners": [{"column": "%s", "steps": []}]}]
                """.formatted(schema, name, column);
    }

    private String records(String tables) throws SQLException {
        return worker.value("SELECT records FROM satchel.count_records(?, ?::jsonb)", user, tables);
    }

    private void assertNotRun(String tables) throws SQLException {
        // What the worker runs as itself, while it makes its objects, is its own.
        worker.run("SET attack.ran_as = ''");
        String counted;
        try {
            counted = worker.value(COUNT, user, tables);
        } catch (SQLException refused) {
            counted = "0";
        }
        assertThat(worker.value("SELECT current_setting('attack.ran_as')")).isEmpty();
        assertThat(counted).isEqualTo("0");
    }
}
