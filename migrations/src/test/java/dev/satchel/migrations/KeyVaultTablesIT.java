package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;

/** What the database itself holds of the vault's promises, whoever writes. */
class KeyVaultTablesIT {

    private static final UUID DATA_KEY = UUID.fromString("4f3c1d6e-0a2b-4c3d-8e9f-102030405060");
    private static final String PREFIX = "dk1." + DATA_KEY + ".";
    private static final List<String> COLUMNS = List.of("openai_api_key", "unsplash_api_key", "anthropic_api_key");

    @AutoClose
    private static SampleDatabase database;

    @AutoClose
    private static Session owner;

    @AutoClose
    private static Session worker;

    @BeforeAll
    static void open() throws SQLException {
        database = SampleDatabase.create();
        owner = Session.open(database.ownerDataSource());
        worker = Session.open(database.workerDataSource());
    }

    static String sealed(String quartet) {
        return PREFIX + quartet.repeat(21);
    }

    static Stream<String> unsealed() {
        return Stream.of(
                "",
                " ",
                "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789",
                "c2stcHJvai1hYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3ODk=",
                "c2stcHJvai1hYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3ODk=".repeat(3),
                "736b2d70726f6a2d" + "61".repeat(80),
                "gAAAAABh" + "x".repeat(120),
                "{\"sealed\": \"" + sealed("AAAA") + "\"}",
                PREFIX,
                // One character short of what the commitment, the nonce, the tag and one character take.
                PREFIX + "A".repeat(81),
                PREFIX + "A".repeat(1447),
                // Bytes end at 2, 3 or 4 characters, and unused bits are zero.
                PREFIX + "A".repeat(85),
                PREFIX + "A".repeat(85) + "B",
                PREFIX + "A".repeat(86) + "B",
                PREFIX + "A".repeat(86) + "=",
                PREFIX + "A".repeat(83) + "+",
                PREFIX + "A".repeat(83) + "/",
                PREFIX + "A".repeat(83) + "é",
                sealed("AAAA") + "\n",
                "\n" + sealed("AAAA"),
                " " + sealed("AAAA"),
                sealed("AAAA") + " ",
                sealed("AAAA").replace("dk1.", "dk2."),
                sealed("AAAA").replace("dk1.", "DK1."),
                sealed("AAAA").replace("dk1.", "dk1:"),
                sealed("AAAA").replace(".", ""),
                sealed("AAAA").replace("4f3c1d6e-", "4F3C1D6E-"),
                sealed("AAAA").replace("4f3c1d6e-", "4f3c1d6e"),
                sealed("AAAA").replace("4f3c1d6e-", "{f3c1d6e-"));
    }

    static Stream<Arguments> unsealedPerWriter() {
        return Stream.of("owner", "superuser", "service_role", "authenticated")
                .flatMap(writer -> COLUMNS.stream().map(column -> Arguments.of(writer, column)));
    }

    @ParameterizedTest
    @MethodSource("unsealedPerWriter")
    void everyRoleIsRefusedWhatIsNotSealed(String writer, String column) throws SQLException {
        var user = owner.addUser();
        owner.run("INSERT INTO public.user_api_keys (user_id) VALUES (?)", user);
        // Users have no right to write keys at all; what binds them if they ever get it is the constraint.
        owner.run("GRANT INSERT, UPDATE ON public.user_api_keys TO authenticated");
        try (var session =
                Session.open(writer.equals("owner") ? database.ownerDataSource() : database.superuserDataSource())) {
            session.begin();
            if (!writer.equals("owner")) {
                // As on Supabase; here the owner may not grant it. Undone with the transaction.
                session.run("ALTER ROLE service_role BYPASSRLS");
            }
            session.rows("SELECT set_config('request.jwt.claims', ?, false)", "{\"sub\": \"" + user + "\"}");
            if (!writer.equals("owner") && !writer.equals("superuser")) {
                session.run("SET ROLE " + writer);
            }
            session.run("SAVEPOINT before");
            for (var text : unsealed().toList()) {
                var refusal = catchThrowableOfType(
                        PSQLException.class,
                        () -> session.run(
                                "UPDATE public.user_api_keys SET " + column + " = ? WHERE user_id = ?", text, user));
                assertThat((Throwable) refusal)
                        .as("'%s' in %s as %s", text, column, writer)
                        .isNotNull();
                assertThat(refusal.getServerErrorMessage().getConstraint())
                        .as(text)
                        .isEqualTo("user_api_keys_" + column + "_sealed_check");
                session.run("ROLLBACK TO SAVEPOINT before");
            }

            assertThat(session.run(
                            "UPDATE public.user_api_keys SET " + column + " = ? WHERE user_id = ?",
                            sealed("AAAA"),
                            user))
                    .isEqualTo(1);
        } finally {
            owner.run("REVOKE ALL ON public.user_api_keys FROM authenticated");
            owner.run("GRANT SELECT (id, user_id, last_validated_at, is_active, created_at, updated_at), DELETE"
                    + " ON TABLE public.user_api_keys TO authenticated");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {82, 83, 84, 86, 1446})
    void everyLengthOfASealedKeyIsTaken(int length) throws SQLException {
        var user = owner.addUser();

        owner.run(
                "INSERT INTO public.user_api_keys (user_id, openai_api_key) VALUES (?, ?)",
                user,
                PREFIX + "A".repeat(length));

        assertThat(owner.value("SELECT length(openai_api_key) FROM public.user_api_keys WHERE user_id = ?", user))
                .isEqualTo(Integer.toString(PREFIX.length() + length));
    }

    /** A user with two keys, each with its data key and verdict. */
    private static UUID userWithKeys() throws SQLException {
        var user = owner.addUser();
        owner.run("""
                INSERT INTO public.user_api_keys (user_id, openai_api_key, unsplash_api_key)
                VALUES (?, ?, ?)
                """, user, sealed("b3Bl"), sealed("dW5z"));
        for (var provider : List.of("openai", "unsplash")) {
            owner.run(
                    "INSERT INTO satchel.data_key (id, user_id, provider, kek_id, wrapped) VALUES (?, ?, ?, 'test', ?)",
                    DATA_KEY,
                    user,
                    provider,
                    new byte[60]);
            owner.run(
                    "INSERT INTO satchel.key_check (user_id, provider, verdict) VALUES (?, ?, 'valid')",
                    user,
                    provider);
        }
        return user;
    }

    private static String left(UUID user) throws SQLException {
        return owner.value("""
                SELECT (SELECT coalesce(string_agg(provider, ' ' ORDER BY provider), 'none')
                          FROM satchel.data_key WHERE user_id = $1) || ' with data keys, '
                       || (SELECT coalesce(string_agg(provider, ' ' ORDER BY provider), 'none')
                             FROM satchel.key_check WHERE user_id = $1) || ' checked'
                """.replace("$1", "'" + user + "'"));
    }

    private static List<String> audit(UUID user) throws SQLException {
        return owner.rows("""
                SELECT provider, action, data_key_id
                  FROM satchel.key_audit
                 WHERE user_id = ?
                 ORDER BY at, provider
                """, user);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM public.users WHERE id = '%s'",
                "DELETE FROM public.user_api_keys WHERE user_id = '%s'",
                "UPDATE public.user_api_keys SET openai_api_key = NULL, unsplash_api_key = NULL WHERE user_id = '%s'"
            })
    void theDataKeysGoWithTheKeys(String deletion) throws SQLException {
        var user = userWithKeys();
        assertThat(left(user)).isEqualTo("openai unsplash with data keys, openai unsplash checked");

        owner.run(deletion.formatted(user));

        assertThat(left(user)).isEqualTo("none with data keys, none checked");
        assertThat(audit(user))
                .containsExactly(
                        "openai | set | " + DATA_KEY,
                        "unsplash | set | " + DATA_KEY,
                        "openai | remove | " + DATA_KEY,
                        "unsplash | remove | " + DATA_KEY);
    }

    @Test
    void theDataKeysGoWhenUsersDeleteTheirOwnRow() throws SQLException {
        var user = userWithKeys();
        try (var api = Session.open(database.workerDataSource())) {
            api.rows("SELECT set_config('request.jwt.claims', ?, false)", "{\"sub\": \"" + user + "\"}");
            api.run("SET ROLE authenticated");

            assertThat(api.run("DELETE FROM public.user_api_keys")).isEqualTo(1);
        }

        assertThat(left(user)).isEqualTo("none with data keys, none checked");
        assertThat(owner.value(
                        "SELECT DISTINCT login FROM satchel.key_audit WHERE user_id = ? AND action = 'remove'", user))
                .isEqualTo(database.workerUser());
    }

    @Test
    void theDataKeyOfAnotherKeyStays() throws SQLException {
        var user = userWithKeys();

        owner.run("UPDATE public.user_api_keys SET openai_api_key = NULL WHERE user_id = ?", user);

        assertThat(left(user)).isEqualTo("unsplash with data keys, unsplash checked");
    }

    static Stream<Arguments> everyOtherTextPerWriter() {
        return Stream.of("the owner", "service_role")
                .flatMap(writer -> Stream.of(
                                sealed("bmV3"), sealed("dW5z"), PREFIX.replace("4f3c", "0000") + "A".repeat(84))
                        .map(text -> Arguments.of(writer, text)));
    }

    /** Also where the text names the data key of the cell: nobody but the vault has a data key to go with it. */
    @ParameterizedTest
    @MethodSource("everyOtherTextPerWriter")
    void theDataKeyGoesWithAnyChangeOfItsCell(String writer, String text) throws SQLException {
        var user = userWithKeys();
        try (var session = Session.open(database.superuserDataSource())) {
            session.begin();
            session.run("ALTER ROLE service_role BYPASSRLS");
            session.run("SET ROLE " + (writer.equals("the owner") ? database.ownerUser() : writer));

            session.run("UPDATE public.user_api_keys SET openai_api_key = ? WHERE user_id = ?", text, user);
            session.run("UPDATE public.user_api_keys SET openai_api_key = ? WHERE user_id = ?", sealed("b3Bl"), user);

            session.run("RESET ROLE");
            assertThat(session.rows("SELECT provider FROM satchel.data_key WHERE user_id = ?", user))
                    .containsExactly("unsplash");
        }
    }

    @Test
    void whatWasKnownOfAKeyGoesWithIt() throws SQLException {
        var user = userWithKeys();

        owner.run(
                "UPDATE public.user_api_keys SET openai_api_key = ?, is_active = true WHERE user_id = ?",
                sealed("bmV3"),
                user);

        assertThat(left(user)).isEqualTo("unsplash with data keys, unsplash checked");
        assertThat(audit(user)).endsWith("openai | set | " + DATA_KEY).hasSize(3);
    }

    @Test
    void aChangeOfNoKeyLeavesNoTrace() throws SQLException {
        var user = userWithKeys();

        owner.run(
                "UPDATE public.user_api_keys SET is_active = false, openai_api_key = openai_api_key WHERE user_id = ?",
                user);

        assertThat(left(user)).isEqualTo("openai unsplash with data keys, openai unsplash checked");
        assertThat(audit(user)).hasSize(2);
    }

    @Test
    void aRowOfKeysCannotBeGivenToAnotherUser() throws SQLException {
        var user = userWithKeys();
        var other = owner.addUser();

        assertThatThrownBy(
                        () -> owner.run("UPDATE public.user_api_keys SET user_id = ? WHERE user_id = ?", other, user))
                .hasMessageContaining("data_key_user_id_fkey");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE satchel.key_audit SET purpose = NULL",
                "UPDATE satchel.key_audit SET user_id = gen_random_uuid() WHERE false",
                "DELETE FROM satchel.key_audit",
                "TRUNCATE satchel.key_audit"
            })
    void whatWasRecordedStays(String change) throws SQLException {
        userWithKeys();

        assertThatThrownBy(() -> worker.run(change)).hasMessageContaining("permission denied for table key_audit");
        assertThatThrownBy(() -> owner.run(change))
                .hasMessageContaining(
                        "rows of satchel.key_audit are added only: " + change.split(" ")[0] + " is refused");
    }

    @Test
    void nobodyButTheFunctionsRecords() {
        assertThatThrownBy(() -> worker.run("""
                        INSERT INTO satchel.key_audit (user_id, provider, action, data_key_id)
                        VALUES (gen_random_uuid(), 'openai', 'set', gen_random_uuid())
                        """)).hasMessageContaining("permission denied for table key_audit");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sk-proj-abcdefghijklmnop",
                "describe  image",
                "Describe",
                "describe image ",
                "",
                "image 7",
                "a very long purpose that goes on and on until nobody wants it"
            })
    void noKeyFitsIntoTheAudit(String purpose) {
        assertThatThrownBy(() -> worker.rows("SELECT satchel.record_opening(?, 'openai', ?)", userWithKeys(), purpose))
                .hasMessageContaining("key_audit_purpose_check");
    }

    @Test
    void anArchiveBringsTheVaultBack() throws SQLException {
        try (var archived = SampleDatabase.create();
                var session = Session.open(archived.ownerDataSource())) {
            var user = session.addUser();
            session.run(
                    "INSERT INTO public.user_api_keys (user_id, openai_api_key) VALUES (?, ?)", user, sealed("b3Bl"));
            session.run(
                    "INSERT INTO satchel.data_key (id, user_id, provider, kek_id, wrapped)"
                            + " VALUES (?, ?, 'openai', 'test', ?)",
                    DATA_KEY,
                    user,
                    new byte[60]);
            session.run(
                    "INSERT INTO satchel.key_check (user_id, provider, verdict) VALUES (?, 'openai', 'invalid')", user);
            var vault = """
                    SELECT k.id, k.openai_api_key, d.*, c.*
                      FROM public.user_api_keys k
                      JOIN satchel.data_key d USING (user_id)
                      JOIN satchel.key_check c USING (user_id)
                    """;
            var before = session.rows(vault);
            var recorded = session.rows("SELECT * FROM satchel.key_audit");
            assertThat(before).hasSize(1);

            Cluster.execute(
                    archived.ownerDataSource(),
                    "SET satchel.rollback = 'archive';\n"
                            + Cluster.resource("/dev/satchel/db/rollback/U001__satchel.sql"));
            Cluster.flyway(archived.ownerDataSource()).migrate();
            // In the order in which the tables can be filled.
            for (var table : List.of("user_api_keys", "data_key", "key_check", "key_audit")) {
                session.run(session.value("""
                        SELECT split_part(obj_description(oid, 'pg_class'), 'then: ', 2)
                          FROM pg_class
                         WHERE relnamespace = 'satchel_archive'::regnamespace
                           AND relname LIKE ? || '_2%'
                        """, table));
            }

            assertThat(session.rows(vault)).isEqualTo(before);
            assertThat(session.rows("SELECT * FROM satchel.key_audit")).containsAll(recorded);
        }
    }
}
