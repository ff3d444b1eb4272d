package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.SQLException;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;

class PrivateSchemaIT {

    @AutoClose
    private static SampleDatabase database;

    @AutoClose
    private static Session owner;

    @BeforeAll
    static void open() throws SQLException {
        database = SampleDatabase.create();
        owner = Session.open(database.ownerDataSource());
    }

    @Test
    void holdsFlywaysHistoryOfSuccesses() throws SQLException {
        assertThat(
                        owner.value(
                                "SELECT count(*) >= 10 AND bool_and(success) FROM satchel.flyway_schema_history WHERE type = 'SQL'"))
                .isEqualTo("t");
        assertThat(owner.rows("SELECT to_regclass('public.flyway_schema_history')"))
                .containsExactly("NULL");
    }

    @Test
    void everyTableHasAPrimaryKey() throws SQLException {
        assertThat(owner.rows("""
                                SELECT oid::regclass
                                  FROM pg_class
                                 WHERE relkind = 'r'
                                   AND relnamespace IN ('satchel'::regnamespace, 'public'::regnamespace)
                                   AND NOT EXISTS (SELECT
                                                     FROM pg_constraint
                                                    WHERE conrelid = pg_class.oid
                                                      AND contype = 'p')
                                """)).isEmpty();
    }

    @Test
    void everyForeignKeyLeadsAnIndex() throws SQLException {
        var foreignKeys = """
                SELECT count(*)
                  FROM pg_constraint
                 WHERE contype = 'f'
                   AND (connamespace = 'satchel'::regnamespace
                        OR conrelid::regclass::text IN ('user_api_keys', 'user_progress', 'export_history'))
                """;
        var indexed = """
                   AND EXISTS (SELECT
                                 FROM pg_index
                                WHERE indrelid = conrelid
                                  AND indpred IS NULL
                                  AND (indkey::int2[])[0:cardinality(conkey) - 1] = conkey)
                """;

        assertThat(owner.value(foreignKeys)).isEqualTo("16");
        assertThat(owner.value(foreignKeys + indexed)).isEqualTo("16");
    }

    @Test
    void everyTableIsExplained() throws SQLException {
        assertThat(owner.rows("""
                                SELECT oid::regclass
                                  FROM pg_class
                                 WHERE relkind IN ('r', 'v')
                                   AND relname <> 'flyway_schema_history'
                                   AND (relnamespace = 'satchel'::regnamespace
                                        OR oid::regclass::text IN ('user_api_keys', 'user_api_keys_status',
                                                                   'user_progress', 'export_history'))
                                   AND obj_description(oid, 'pg_class') IS NULL
                                """)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "NULL",
            value = {
                "0, NULL, NULL, NULL, NULL, ''",
                "1, 4f3c1d6e-0a2b-4c3d-8e9f-102030405060, worker, now, now, ''",
                "-1, NULL, NULL, NULL, NULL, export_lease_attempt_check",
                "1, 4f3c1d6e-0a2b-4c3d-8e9f-102030405060, NULL, NULL, NULL, export_lease_held_or_free_check",
                "1, 4f3c1d6e-0a2b-4c3d-8e9f-102030405060, worker, now, NULL, export_lease_held_or_free_check",
                "1, NULL, worker, now, now, export_lease_held_or_free_check"
            })
    void aLeaseIsHeldWhollyOrNotAtAll(
            int attempt, String token, String holder, String heartbeat, String expiry, String constraint)
            throws SQLException {
        var export = UUID.fromString(owner.value("""
                INSERT INTO public.export_history (user_id, export_type, export_format)
                VALUES (?, 'all', 'json')
                RETURNING id
                """, owner.addUser()));

        var refusal = catchThrowableOfType(
                PSQLException.class, () -> owner.run("""
                        INSERT INTO satchel.export_lease (export_id, attempt, token, owner, heartbeat_at, expires_at)
                        VALUES (?, ?, ?::uuid, ?, ?::timestamptz, ?::timestamptz)
                        """, export, attempt, token, holder, heartbeat, expiry));

        if (constraint.isEmpty()) {
            assertThat((Throwable) refusal).isNull();
        } else {
            assertThat(refusal.getServerErrorMessage().getConstraint()).isEqualTo(constraint);
        }
    }

    @Test
    void theWorkerKeepsBatchsBooks() throws SQLException {
        try (var worker = Session.open(database.workerDataSource())) {
            worker.begin();
            worker.run("INSERT INTO satchel.BATCH_JOB_INSTANCE(JOB_INSTANCE_ID, JOB_NAME, JOB_KEY, VERSION)"
                    + " VALUES (7, 'exportRun', 'd41d8cd98f00b204e9800998ecf8427e', 0)");
            worker.run("INSERT INTO satchel.BATCH_JOB_EXECUTION(JOB_EXECUTION_ID, JOB_INSTANCE_ID, CREATE_TIME)"
                    + " VALUES (8, 7, now())");
            worker.run("INSERT INTO satchel.BATCH_JOB_EXECUTION_PARAMS(JOB_EXECUTION_ID, PARAMETER_NAME,"
                    + " PARAMETER_TYPE, PARAMETER_VALUE, IDENTIFYING) VALUES (8, 'run', 'java.lang.String', 'x', 'Y')");

            assertThat(worker.run("DELETE FROM satchel.BATCH_JOB_EXECUTION_PARAMS WHERE JOB_EXECUTION_ID = 8"))
                    .isEqualTo(1);
        }
    }
}
