package dev.satchel.batchexport.schema.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.schema.check.Check;
import dev.satchel.batchexport.schema.check.SchemaVerification;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.dataset.PostgresDatasets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every single thing that someone could damage is found, and named.
 *
 * <p>A superuser does the damage in a transaction that is rolled back; in it, the owner verifies, plans what a migration
 * would do, and migrates: after each eighth damage, and under {@code -Pmatrix} after all.
 */
class DamageIT {

    @AutoClose
    private static SampleDatabase database;

    @AutoClose
    private static Connection connection;

    @BeforeAll
    static void open() throws SQLException {
        database = SampleDatabase.create();
        connection = database.superuserDataSource().getConnection();
    }

    @BeforeEach
    void begin() throws SQLException {
        connection.setAutoCommit(false);
        run("CREATE ROLE stranger");
    }

    @AfterEach
    void rollBack() throws SQLException {
        connection.rollback();
    }

    /**
     * @param named what a verification names
     * @param reason why a migration does not mend it; empty where it does
     */
    private record Damage(String named, String sql, String reason) {

        Damage left(String why) {
            return new Damage(named, sql, why);
        }

        @Override
        public String toString() {
            return sql.lines()
                    .map(String::strip)
                    .reduce((line, next) -> line + " " + next)
                    .orElseThrow();
        }
    }

    private static Damage to(String named, String sql) {
        return new Damage(named, sql, "");
    }

    static Stream<Damage> damages() {
        return Stream.of(
                        tables(),
                        columns(),
                        constraints(),
                        indexes(),
                        rowSecurity(),
                        grants(),
                        widerRoles(),
                        triggers(),
                        functions(),
                        views(),
                        sequences(),
                        roles(),
                        platform(),
                        history(),
                        partsOfOthers())
                .flatMap(List::stream);
    }

    /** Each eighth damage, of every kind; all of them under -Pmatrix. */
    static Stream<Damage> damagesToMend() {
        List<Damage> all = damages().toList();
        int stride = System.getProperty("satchel.test.matrix") == null ? 8 : 1;
        return IntStream.range(0, all.size())
                .filter(index -> index % stride == 0)
                .mapToObj(all::get);
    }

    private static List<Damage> tables() {
        return List.of(
                to("table public.user_progress", "DROP TABLE public.user_progress")
                        .left("is missing, and its rows with it"),
                to("table public.user_api_keys", "ALTER TABLE public.user_api_keys RENAME TO api_keys")
                        .left("is missing, and its rows with it"),
                to("table public.export_history", "ALTER TABLE public.export_history SET SCHEMA satchel")
                        .left("is missing, and its rows with it"),
                to("table satchel.export_archive", "DROP TABLE satchel.export_archive")
                        .left("is missing, and its rows with it"),
                to("table satchel.batch_job_execution_context", "DROP TABLE satchel.batch_job_execution_context")
                        .left("is missing, and its rows with it"),
                to("table satchel.leftover", "CREATE TABLE satchel.leftover (id integer)")
                        .left("is not Satchel's"),
                to("table satchel.export_archive", "ALTER TABLE satchel.export_archive SET UNLOGGED"),
                to("table satchel.upload_journal", "CREATE TABLE public.files () INHERITS (satchel.upload_journal)")
                        .left("which only its owner can judge"),
                to("owner of table public.export_history", "ALTER TABLE public.export_history OWNER TO stranger")
                        .left("must be owner of"),
                to("owner of table satchel.export_lease", "ALTER TABLE satchel.export_lease OWNER TO stranger")
                        .left("must be owner of"),
                to("owner of table public.user_api_keys", "ALTER SCHEMA satchel OWNER TO stranger")
                        .left("the pre-flight found"),
                to("schema satchel", "ALTER SCHEMA satchel RENAME TO purse").left("the pre-flight found"),
                to("rule swallow on public.user_progress", """
                        CREATE RULE swallow AS ON DELETE TO public.user_progress DO INSTEAD NOTHING
                        """).left("is not Satchel's"),
                to("type satchel.mood", "CREATE TYPE satchel.mood AS ENUM ('good', 'bad')")
                        .left("is not Satchel's"),
                to("table satchel.export_part", "DROP TABLE satchel.export_part")
                        .left("is missing, and its rows with it"));
    }

    private static List<Damage> columns() {
        return List.of(
                to("column public.export_history.file_url", """
                        ALTER TABLE public.export_history DROP COLUMN file_url CASCADE
                        """).left("is missing, and what it held with it"),
                to("column public.user_progress.last_qa_session_at", """
                        ALTER TABLE public.user_progress ADD COLUMN last_qa_session_at timestamptz
                        """).left("is not Satchel's"),
                to("column public.user_progress.total_points", """
                        ALTER TABLE public.user_progress RENAME COLUMN total_points TO points
                        """).left("is missing, and what it held with it"),
                to("column public.export_history.records_count", """
                        ALTER TABLE public.export_history ALTER COLUMN records_count TYPE bigint
                        """).left("what it holds decides"),
                to("column public.export_history.export_type", """
                        ALTER TABLE public.export_history ALTER COLUMN export_type TYPE varchar(60)
                        """).left("what it holds decides"),
                to("column public.user_progress.average_accuracy", """
                        ALTER TABLE public.user_progress ALTER COLUMN average_accuracy TYPE numeric(6, 2)
                        """).left("what it holds decides"),
                to("column satchel.export_lease.heartbeat_at", """
                        ALTER TABLE satchel.export_lease ALTER COLUMN heartbeat_at TYPE timestamp
                        """).left("what it holds decides"),
                to("column public.user_api_keys.user_id", """
                        ALTER TABLE public.user_api_keys ALTER COLUMN user_id DROP NOT NULL
                        """),
                to("column public.export_history.filters", """
                        ALTER TABLE public.export_history ALTER COLUMN filters SET NOT NULL
                        """),
                to("column public.export_history.error_message", """
                        ALTER TABLE public.export_history ALTER COLUMN error_message TYPE text COLLATE "POSIX"
                        """).left("what it holds decides"),
                to("column satchel.batch_job_instance.job_instance_id", """
                        ALTER TABLE satchel.batch_job_instance ALTER COLUMN job_instance_id
                            ADD GENERATED BY DEFAULT AS IDENTITY
                        """).left("what it holds decides"),
                // The order of the columns of a table changes when one is made anew.
                to("column public.user_api_keys.last_validated_at", """
                        ALTER TABLE public.user_api_keys DROP COLUMN anthropic_api_key;
                        ALTER TABLE public.user_api_keys ADD COLUMN anthropic_api_key text
                        """).left("stands at another position"),
                to("default of public.export_history.status", """
                        ALTER TABLE public.export_history ALTER COLUMN status DROP DEFAULT
                        """),
                to("default of public.user_progress.total_sessions", """
                        ALTER TABLE public.user_progress ALTER COLUMN total_sessions SET DEFAULT 7
                        """),
                to("default of public.export_history.expires_at", """
                        ALTER TABLE public.export_history ALTER COLUMN expires_at SET DEFAULT now()
                        """));
    }

    private static List<Damage> constraints() {
        return List.of(
                to("constraint export_history_status_check", """
                        ALTER TABLE public.export_history DROP CONSTRAINT export_history_status_check
                        """),
                to("constraint export_history_status_check", """
                        ALTER TABLE public.export_history
                            DROP CONSTRAINT export_history_status_check,
                            ADD CONSTRAINT export_history_status_check CHECK (
                                status IN ('pending', 'processing', 'completed', 'failed', 'cancelled'))
                        """),
                to("constraint user_progress_average_accuracy_check", """
                        ALTER TABLE public.user_progress
                            DROP CONSTRAINT user_progress_average_accuracy_check,
                            ADD CONSTRAINT user_progress_average_accuracy_check
                                CHECK (average_accuracy BETWEEN 0 AND 100) NOT VALID
                        """),
                to("constraint user_progress_counts_check", """
                        ALTER TABLE public.user_progress
                            RENAME CONSTRAINT user_progress_counts_check TO counts_check
                        """).left("is not Satchel's"),
                to("constraint export_history_filters_size_check", """
                        ALTER TABLE public.export_history DROP CONSTRAINT export_history_filters_size_check
                        """),
                to("constraint export_history_user_id_fkey", """
                        ALTER TABLE public.export_history DROP CONSTRAINT export_history_user_id_fkey
                        """),
                to("constraint user_progress_user_id_fkey", """
                        ALTER TABLE public.user_progress
                            DROP CONSTRAINT user_progress_user_id_fkey,
                            ADD CONSTRAINT user_progress_user_id_fkey
                                FOREIGN KEY (user_id) REFERENCES public.users (id)
                        """),
                to("constraint user_api_keys_user_id_fkey", """
                        ALTER TABLE public.user_api_keys
                            ALTER CONSTRAINT user_api_keys_user_id_fkey DEFERRABLE INITIALLY DEFERRED
                        """),
                to("constraint export_lease_export_id_fkey", """
                        ALTER TABLE satchel.export_lease DISABLE TRIGGER ALL
                        """),
                to("constraint idx_user_progress_user_id", """
                        ALTER TABLE public.user_progress DROP CONSTRAINT idx_user_progress_user_id
                        """),
                to("constraint user_api_keys_pkey", """
                        ALTER TABLE public.user_api_keys DROP CONSTRAINT user_api_keys_pkey
                        """),
                to("constraint one_type on public.export_history", """
                        ALTER TABLE public.export_history ADD CONSTRAINT one_type CHECK (export_type = 'all')
                        """).left("is not Satchel's"),
                to("constraint batch_job_instance_job_name_job_key_key", """
                        ALTER TABLE satchel.batch_job_instance
                            DROP CONSTRAINT batch_job_instance_job_name_job_key_key
                        """));
    }

    private static List<Damage> indexes() {
        return List.of(
                to("index public.idx_export_history_user_id", "DROP INDEX public.idx_export_history_user_id"),
                to("index satchel.upload_journal_export_id_idx", "DROP INDEX satchel.upload_journal_export_id_idx"),
                to("index public.idx_user_progress_last_activity", """
                        ALTER INDEX public.idx_user_progress_last_activity RENAME TO last_activity
                        """).left("is not Satchel's"),
                to("index public.idx_export_history_user_id", """
                        DROP INDEX public.idx_export_history_user_id;
                        CREATE INDEX idx_export_history_user_id ON public.export_history (user_id)
                        """),
                to("index public.idx_export_history_status", """
                        DROP INDEX public.idx_export_history_status;
                        CREATE INDEX idx_export_history_status ON public.export_history (created_at)
                         WHERE status IN ('pending', 'processing', 'failed')
                        """),
                to("index public.export_history_one_active_per_request", """
                        DROP INDEX public.export_history_one_active_per_request;
                        CREATE INDEX export_history_one_active_per_request
                            ON public.export_history (user_id, export_type, export_format, coalesce(filters, '{}'))
                         WHERE status IN ('pending', 'processing')
                        """),
                to("index public.idx_export_history_created_at", """
                        DROP INDEX public.idx_export_history_created_at;
                        CREATE INDEX idx_export_history_created_at ON public.export_history USING brin (created_at)
                        """),
                to("use of index public.idx_export_history_export_type", """
                        UPDATE pg_index
                           SET indisvalid = false
                         WHERE indexrelid = 'public.idx_export_history_export_type'::regclass
                        """),
                to("use of index satchel.export_lease_expires_at_idx", """
                        UPDATE pg_index
                           SET indisready = false, indisvalid = false
                         WHERE indexrelid = 'satchel.export_lease_expires_at_idx'::regclass
                        """),
                to("index public.one_export_ever", """
                        CREATE UNIQUE INDEX one_export_ever ON public.export_history (user_id)
                        """).left("is not Satchel's"));
    }

    private static List<Damage> rowSecurity() {
        return List.of(
                to("row security of public.user_api_keys", """
                        ALTER TABLE public.user_api_keys DISABLE ROW LEVEL SECURITY
                        """),
                to("row security of public.export_history", """
                        ALTER TABLE public.export_history FORCE ROW LEVEL SECURITY
                        """),
                to("row security of satchel.export_lease", """
                        ALTER TABLE satchel.export_lease ENABLE ROW LEVEL SECURITY
                        """),
                to("policy \"Users can view their own progress\"", """
                        DROP POLICY "Users can view their own progress" ON public.user_progress
                        """),
                to("policy \"Satchel works on progress\"", """
                        DROP POLICY "Satchel works on progress" ON public.user_progress
                        """),
                to("policy \"Users can view their own API keys\"", """
                        ALTER POLICY "Users can view their own API keys" ON public.user_api_keys RENAME TO "Look"
                        """).left("is not Satchel's"),
                to("USING of policy \"Users can view their own export history\"", """
                        ALTER POLICY "Users can view their own export history" ON public.export_history USING (true)
                        """),
                to("USING of policy \"Users can delete their own API keys\"", """
                        ALTER POLICY "Users can delete their own API keys" ON public.user_api_keys
                            USING (auth.uid() = user_id)
                        """),
                to("WITH CHECK of policy \"Users can insert their own export history\"", """
                        ALTER POLICY "Users can insert their own export history" ON public.export_history
                            WITH CHECK (auth.uid() IS NOT NULL)
                        """),
                to("WITH CHECK of policy \"Users can update their own progress\"", """
                        ALTER POLICY "Users can update their own progress" ON public.user_progress WITH CHECK (true)
                        """),
                to("policy \"Users can view their own progress\"", """
                        ALTER POLICY "Users can view their own progress" ON public.user_progress TO PUBLIC
                        """),
                to("policy \"Satchel works on API keys\"", """
                        ALTER POLICY "Satchel works on API keys" ON public.user_api_keys TO satchel_runtime, authenticated
                        """),
                to("policy \"Users can view their own progress\"", """
                        DROP POLICY "Users can view their own progress" ON public.user_progress;
                        CREATE POLICY "Users can view their own progress" ON public.user_progress
                            FOR ALL TO authenticated USING ((SELECT auth.uid()) = user_id)
                        """),
                to("policy \"Users can view their own progress\"", """
                        DROP POLICY "Users can view their own progress" ON public.user_progress;
                        CREATE POLICY "Users can view their own progress" ON public.user_progress
                            AS RESTRICTIVE FOR SELECT TO authenticated USING ((SELECT auth.uid()) = user_id)
                        """),
                to("policy \"Everyone sees everything\" on public.export_history", """
                        CREATE POLICY "Everyone sees everything" ON public.export_history
                            FOR SELECT TO anon USING (true)
                        """)
                        .left("is not Satchel's"));
    }

    private static List<Damage> grants() {
        return List.of(
                to("table public.user_progress to authenticated", """
                        REVOKE SELECT ON public.user_progress FROM authenticated
                        """),
                to("table public.user_progress to authenticated", """
                        GRANT UPDATE ON public.user_progress TO authenticated
                        """),
                to("column public.user_progress.total_points to authenticated", """
                        GRANT UPDATE (total_points) ON public.user_progress TO authenticated
                        """),
                to("column public.user_api_keys.openai_api_key to authenticated", """
                        GRANT SELECT (openai_api_key) ON public.user_api_keys TO authenticated
                        """),
                to("column public.export_history.filters to authenticated", """
                        REVOKE INSERT (filters) ON public.export_history FROM authenticated
                        """),
                to("table public.export_history to anon", "GRANT SELECT ON public.export_history TO anon"),
                to("table public.export_history to PUBLIC", "GRANT SELECT ON public.export_history TO PUBLIC"),
                to("table public.user_api_keys to stranger", "GRANT SELECT ON public.user_api_keys TO stranger")
                        .left("somebody granted it to a role that is not Satchel's"),
                to("table public.export_history to service_role", """
                        GRANT SELECT ON public.export_history TO service_role WITH GRANT OPTION
                        """),
                to("table public.user_progress to service_role", """
                        REVOKE DELETE ON public.user_progress FROM service_role
                        """),
                to("table satchel.export_lease to satchel_exports", """
                        REVOKE DELETE ON satchel.export_lease FROM satchel_exports
                        """),
                to("column satchel.export_lease.token to satchel_exports", """
                        REVOKE UPDATE (token) ON satchel.export_lease FROM satchel_exports
                        """),
                to("table satchel.flyway_schema_history to satchel_exports", """
                        GRANT INSERT ON satchel.flyway_schema_history TO satchel_exports
                        """),
                to("table satchel.upload_journal to authenticated", """
                        GRANT SELECT ON satchel.upload_journal TO authenticated
                        """),
                to("table public.user_api_keys to the owner", """
                        DO $block$
                        BEGIN
                            EXECUTE format('REVOKE UPDATE ON public.user_api_keys FROM %I',
                                           (SELECT tableowner FROM pg_tables WHERE tablename = 'user_api_keys'));
                        END
                        $block$
                        """),
                to("schema satchel to anon", "GRANT USAGE ON SCHEMA satchel TO anon"),
                to("schema satchel to PUBLIC", "GRANT USAGE ON SCHEMA satchel TO PUBLIC"),
                to("schema satchel to satchel_runtime", "GRANT CREATE ON SCHEMA satchel TO satchel_runtime")
                        .left("the pre-flight found"),
                to("schema satchel to satchel_vault", "REVOKE USAGE ON SCHEMA satchel FROM satchel_vault"));
    }

    /** Satchel's own roles have what they need and no more. */
    private static List<Damage> widerRoles() {
        return List.of(
                to("column public.export_history.user_id to satchel_exports", """
                        GRANT UPDATE (user_id) ON public.export_history TO satchel_exports
                        """),
                to("table public.export_history to satchel_exports", """
                        GRANT DELETE ON public.export_history TO satchel_exports
                        """),
                to("table public.user_progress to satchel_exports", """
                        GRANT UPDATE ON public.user_progress TO satchel_exports
                        """),
                to("table satchel.progress_total to satchel_exports", """
                        GRANT UPDATE ON satchel.progress_total TO satchel_exports
                        """),
                to("column satchel.upload_journal.export_id to satchel_exports", """
                        GRANT UPDATE (export_id) ON satchel.upload_journal TO satchel_exports
                        """),
                to("table public.user_api_keys to satchel_vault", """
                        GRANT SELECT ON public.user_api_keys TO satchel_vault
                        """),
                to("column public.user_api_keys.openai_api_key to satchel_rotation", """
                        GRANT SELECT (openai_api_key) ON public.user_api_keys TO satchel_rotation
                        """),
                to("table satchel.data_key to satchel_vault", "GRANT SELECT ON satchel.data_key TO satchel_vault"),
                to("column satchel.data_key.wrapped to satchel_rotation", """
                        GRANT UPDATE (wrapped) ON satchel.data_key TO satchel_rotation
                        """),
                to("table satchel.key_audit to satchel_vault", "GRANT INSERT ON satchel.key_audit TO satchel_vault"),
                to("table satchel.data_key to satchel_runtime", "GRANT SELECT ON satchel.data_key TO satchel_runtime"),
                to("function satchel.recorded_key(opening uuid) to satchel_exports", """
                        GRANT EXECUTE ON FUNCTION satchel.recorded_key(uuid) TO satchel_exports
                        """),
                to("function satchel.judge_keys(of_user uuid) to satchel_vault", """
                        GRANT EXECUTE ON FUNCTION satchel.judge_keys(uuid) TO satchel_vault
                        """),
                to(
                        "function satchel.record_opening(of_user uuid, of_provider text, for_purpose text) to"
                                + " satchel_vault",
                        "REVOKE EXECUTE ON FUNCTION satchel.record_opening(uuid, text, text) FROM satchel_vault"),
                to("relation public.sessions to satchel_exports", "GRANT SELECT ON public.sessions TO satchel_exports")
                        .left("granted on what is not Satchel's"),
                to("column public.sessions.ended_at to satchel_runtime", """
                        GRANT UPDATE (ended_at) ON public.sessions TO satchel_runtime
                        """).left("granted on what is not Satchel's"),
                to("schema public to satchel_exports", "GRANT CREATE ON SCHEMA public TO satchel_exports")
                        .left("the pre-flight found"),
                to("database itself to satchel_vault", """
                        DO $block$
                        BEGIN
                            EXECUTE format('GRANT CREATE ON DATABASE %I TO satchel_vault', current_database());
                        END
                        $block$
                        """).left("granted on what is not Satchel's"),
                to("future objects of", "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO satchel_rotation")
                        .left("granted on what is not Satchel's"));
    }

    private static List<Damage> triggers() {
        return List.of(
                to("trigger trigger_export_history_status_step", """
                        DROP TRIGGER trigger_export_history_status_step ON public.export_history
                        """),
                to("state of trigger trigger_export_history_status_step", """
                        ALTER TABLE public.export_history DISABLE TRIGGER trigger_export_history_status_step
                        """),
                to("trigger trigger_export_history_admit_added", """
                        DROP TRIGGER trigger_export_history_admit_added ON public.export_history
                        """),
                to("state of trigger trigger_export_history_admit_added", """
                        ALTER TABLE public.export_history DISABLE TRIGGER trigger_export_history_admit_added
                        """),
                to("trigger trigger_export_history_admit_changed", """
                        DROP TRIGGER trigger_export_history_admit_changed ON public.export_history
                        """),
                to("state of trigger trigger_user_progress_updated_at", """
                        ALTER TABLE public.user_progress ENABLE REPLICA TRIGGER trigger_user_progress_updated_at
                        """),
                to("trigger trigger_user_api_keys_updated_at", """
                        ALTER TRIGGER trigger_user_api_keys_updated_at ON public.user_api_keys RENAME TO touch
                        """).left("is not Satchel's"),
                to("trigger trigger_export_history_status_step", """
                        CREATE OR REPLACE TRIGGER trigger_export_history_status_step
                            AFTER UPDATE ON public.export_history
                            FOR EACH ROW
                            WHEN (OLD.status = 'completed')
                            EXECUTE FUNCTION satchel.guard_export_status()
                        """),
                to("trigger zz_spy on public.user_api_keys", """
                        CREATE TRIGGER zz_spy BEFORE INSERT ON public.user_api_keys
                            FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()
                        """).left("is not Satchel's"),
                to("trigger ours_elsewhere on public.users", """
                        CREATE TRIGGER ours_elsewhere BEFORE UPDATE ON public.users
                            FOR EACH ROW EXECUTE FUNCTION satchel.set_updated_at()
                        """).left("is not Satchel's"));
    }

    private static List<Damage> functions() {
        return List.of(
                to("body of function satchel.guard_export_status()", """
                        CREATE OR REPLACE FUNCTION satchel.guard_export_status() RETURNS trigger
                            LANGUAGE plpgsql SET search_path = '' AS 'BEGIN RETURN NULL; END'
                        """),
                to("body of function satchel.most_active_exports()", """
                        CREATE OR REPLACE FUNCTION satchel.most_active_exports() RETURNS integer
                            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
                            AS 'SELECT 5000'
                        """),
                to("settings of function satchel.own_api_keys_status()", """
                        ALTER FUNCTION satchel.own_api_keys_status() RESET search_path
                        """),
                to("settings of function satchel.set_updated_at()", """
                        ALTER FUNCTION satchel.set_updated_at() SET search_path = public
                        """),
                to("security of function satchel.own_api_keys_status()", """
                        ALTER FUNCTION satchel.own_api_keys_status() SECURITY INVOKER
                        """),
                to("security of function satchel.set_updated_at()", """
                        ALTER FUNCTION satchel.set_updated_at() SECURITY DEFINER
                        """),
                to("function satchel.own_api_keys_status()", """
                        ALTER FUNCTION satchel.own_api_keys_status() VOLATILE
                        """),
                to("function satchel.own_api_keys_status()", """
                        ALTER FUNCTION satchel.own_api_keys_status() LEAKPROOF
                        """),
                to("owner of function satchel.own_api_keys_status()", """
                        ALTER FUNCTION satchel.own_api_keys_status() OWNER TO stranger
                        """).left("must be owner of"),
                to("function satchel.own_api_keys_status() to PUBLIC", """
                        GRANT EXECUTE ON FUNCTION satchel.own_api_keys_status() TO PUBLIC
                        """),
                to("function satchel.guard_export_status() to anon", """
                        GRANT EXECUTE ON FUNCTION satchel.guard_export_status() TO anon
                        """),
                to("function satchel.own_api_keys_status() to authenticated", """
                        REVOKE EXECUTE ON FUNCTION satchel.own_api_keys_status() FROM authenticated
                        """),
                to("function satchel.set_updated_at()", "DROP FUNCTION satchel.set_updated_at() CASCADE"),
                to("function satchel.guard_export_status()", """
                        ALTER FUNCTION satchel.guard_export_status() RENAME TO guard
                        """).left("is not Satchel's"),
                to("settings of function satchel.follow_sessions()", """
                        ALTER FUNCTION satchel.follow_sessions() SET search_path = ''
                        """),
                to("settings of function satchel.user_ids()", """
                        ALTER FUNCTION satchel.user_ids() SET search_path = pg_temp, pg_catalog
                        """),
                to("kept function satchel.adopted_count()", """
                        CREATE FUNCTION satchel.adopted_count() RETURNS trigger
                            LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN NULL; END'
                        """).left("is not Satchel's to change"),
                to("function satchel.own_api_keys_status(someone uuid)", """
                        CREATE FUNCTION satchel.own_api_keys_status(someone uuid) RETURNS text
                            LANGUAGE sql AS 'SELECT openai_api_key FROM public.user_api_keys'
                        """).left("is not Satchel's"));
    }

    private static List<Damage> views() {
        return List.of(
                to("view public.user_api_keys_status", "DROP VIEW public.user_api_keys_status"),
                to("query of view public.user_api_keys_status", """
                        CREATE OR REPLACE VIEW public.user_api_keys_status AS
                        SELECT status.user_id, status.provider, true AS is_set, status.last_validated_at,
                               status.is_active
                          FROM satchel.own_api_keys_status() AS status
                        """),
                to("security_invoker of view public.user_api_keys_status", """
                        ALTER VIEW public.user_api_keys_status SET (security_invoker = false)
                        """),
                to("options of view public.user_api_keys_status", """
                        ALTER VIEW public.user_api_keys_status SET (security_barrier = true)
                        """),
                to("view public.user_api_keys_status to anon", """
                        GRANT SELECT ON public.user_api_keys_status TO anon
                        """),
                to("owner of view public.user_api_keys_status", """
                        ALTER VIEW public.user_api_keys_status OWNER TO stranger
                        """).left("must be owner of"),
                to("column public.user_api_keys_status.provider", """
                        ALTER VIEW public.user_api_keys_status RENAME COLUMN provider TO service
                        """));
    }

    private static List<Damage> sequences() {
        return List.of(
                to("sequence satchel.batch_job_execution_seq", "DROP SEQUENCE satchel.batch_job_execution_seq"),
                to("numbers of sequence satchel.batch_step_execution_seq", """
                        ALTER SEQUENCE satchel.batch_step_execution_seq AS integer
                        """),
                to("numbers of sequence satchel.batch_job_instance_seq", """
                        ALTER SEQUENCE satchel.batch_job_instance_seq INCREMENT BY 2 CYCLE
                        """),
                to("sequence satchel.batch_job_instance_seq to satchel_exports", """
                        REVOKE USAGE ON SEQUENCE satchel.batch_job_instance_seq FROM satchel_exports
                        """));
    }

    private static List<Damage> roles() {
        return List.of(
                to("role satchel_runtime", "ALTER ROLE satchel_runtime BYPASSRLS")
                        .left("a role belongs to the whole server"),
                to("role satchel_runtime", "ALTER ROLE satchel_runtime SUPERUSER")
                        .left("a role belongs to the whole server"),
                to("role satchel_runtime", "ALTER ROLE satchel_runtime LOGIN")
                        .left("a role belongs to the whole server"),
                to("role satchel_runtime", "ALTER ROLE satchel_runtime CREATEROLE")
                        .left("a role belongs to the whole server"),
                to("role satchel_exports", "ALTER ROLE satchel_exports BYPASSRLS")
                        .left("a role belongs to the whole server"),
                to("role satchel_vault", "ALTER ROLE satchel_vault LOGIN").left("a role belongs to the whole server"),
                to("role satchel_rotation", "ALTER ROLE satchel_rotation SUPERUSER")
                        .left("a role belongs to the whole server"),
                to("membership of satchel_exports in authenticated", """
                        DELETE FROM pg_auth_members WHERE member = 'satchel_exports'::regrole
                        """),
                to("membership of satchel_exports in authenticated", """
                        DO $block$
                        BEGIN
                            IF current_setting('server_version_num')::integer < 160000 THEN
                                ALTER ROLE satchel_exports INHERIT;
                            ELSE
                                EXECUTE 'GRANT authenticated TO satchel_exports WITH INHERIT TRUE';
                            END IF;
                        END
                        $block$
                        """).left("another role granted it otherwise"),
                to("membership of satchel_runtime in satchel_vault", """
                        DELETE FROM pg_auth_members
                         WHERE member = 'satchel_runtime'::regrole AND roleid = 'satchel_vault'::regrole
                        """),
                to("membership of satchel_vault in satchel_exports", "GRANT satchel_exports TO satchel_vault")
                        .left("a role belongs to the whole server"),
                to("membership of satchel_exports in satchel_vault", "GRANT satchel_vault TO satchel_exports")
                        .left("a role belongs to the whole server"),
                to("membership of satchel_rotation in service_role", "GRANT service_role TO satchel_rotation")
                        .left("a role belongs to the whole server"),
                to("members of satchel_vault", "GRANT satchel_vault TO authenticated")
                        .left("gives users rights of Satchel's"),
                to("members of satchel_rotation", "GRANT satchel_rotation TO service_role")
                        .left("gives users rights of Satchel's"),
                to("membership of satchel_runtime in pg_read_all_data", "GRANT pg_read_all_data TO satchel_runtime")
                        .left("a role belongs to the whole server"),
                to("members of satchel_runtime", "GRANT satchel_runtime TO anon")
                        .left("gives users rights of Satchel's"),
                to("role authenticated", "ALTER ROLE authenticated BYPASSRLS")
                        .left("a role belongs to the whole server"),
                to("rights of authenticated on public.user_api_keys", "GRANT pg_read_all_data TO authenticated")
                        .left("comes from a role"),
                to("rights of anon on public.export_history", "GRANT service_role TO anon")
                        .left("comes from a role"));
    }

    private static List<Damage> platform() {
        return List.of(
                to("function auth.uid()", "ALTER FUNCTION auth.uid() RENAME TO user_id"),
                to("answers of auth.uid()", """
                        CREATE OR REPLACE FUNCTION auth.uid() RETURNS uuid
                            LANGUAGE sql STABLE AS $$ SELECT '5a7c4e10-0000-4000-8000-000000000002'::uuid $$
                        """).left("is not Satchel's to change"),
                to("answers of auth.uid()", """
                        CREATE OR REPLACE FUNCTION auth.uid() RETURNS uuid
                            LANGUAGE sql STABLE AS 'SELECT NULL::uuid'
                        """).left("is not Satchel's to change"),
                to("execution of auth.uid() by authenticated", """
                        REVOKE EXECUTE ON FUNCTION auth.uid() FROM PUBLIC, authenticated
                        """),
                to("search_path of function auth.uid()", "ALTER FUNCTION auth.uid() SET search_path = ''")
                        .left("is not Satchel's to change"),
                to("search_path of function auth.uid()", "ALTER FUNCTION auth.uid() SET search_path = public, auth")
                        .left("is not Satchel's to change"),
                to("use of schema auth by authenticated", "REVOKE USAGE ON SCHEMA auth FROM authenticated"),
                to("use of schema public by authenticated", """
                        REVOKE USAGE ON SCHEMA public FROM PUBLIC, authenticated
                        """).left("schema public is not Satchel's"));
    }

    private static List<Damage> history() {
        return List.of(
                to("migration V004__export_history.sql", """
                        DELETE FROM satchel.flyway_schema_history WHERE version = '004'
                        """).left("Validate failed"),
                to("migration V006__batch_job_repository.sql", """
                        UPDATE satchel.flyway_schema_history SET success = false WHERE version = '006'
                        """).left("Validate failed"),
                to("migration V999__of_the_future.sql", """
                        INSERT INTO satchel.flyway_schema_history (installed_rank, version, description, type, script,
                                                                   installed_by, execution_time, success)
                        VALUES (999, '999', 'of the future', 'SQL', 'V999__of_the_future.sql', 'somebody', 1, true)
                        """).left("this program is older than the database's schema"),
                to("table satchel.flyway_schema_history", "DROP TABLE satchel.flyway_schema_history"));
    }

    // What a file that ran without a path of its own would have found in an open schema.
    private static List<Damage> partsOfOthers() {
        var operator = """
                CREATE FUNCTION public.alike(varchar, text) RETURNS boolean
                    LANGUAGE sql IMMUTABLE AS 'SELECT $1::text OPERATOR(pg_catalog.=) $2';
                CREATE OPERATOR public.= (FUNCTION = public.alike, LEFTARG = varchar, RIGHTARG = text);
                """;
        return List.of(
                to(
                        "use of operator public.=(character varying,pg_catalog.text) in table constraint export_history_status_check on"
                                + " public.export_history",
                        operator + """
                                ALTER TABLE public.export_history DROP CONSTRAINT export_history_status_check,
                                    ADD CONSTRAINT export_history_status_check
                                        CHECK (status OPERATOR(public.=) 'pending'::text)
                                """),
                to(
                        "use of operator public.=(character varying,pg_catalog.text) in index public.idx_export_history_status",
                        operator + """
                                DROP INDEX public.idx_export_history_status;
                                CREATE INDEX idx_export_history_status ON public.export_history (created_at)
                                 WHERE status OPERATOR(public.=) 'pending'::text
                                """),
                to(
                        "use of operator public.=(character varying,pg_catalog.text) in trigger trigger_export_history_status_step on"
                                + " public.export_history",
                        operator + """
                                CREATE OR REPLACE TRIGGER trigger_export_history_status_step
                                    AFTER UPDATE ON public.export_history
                                    FOR EACH ROW
                                    WHEN (OLD.status OPERATOR(public.=) NEW.status::text)
                                    EXECUTE FUNCTION satchel.guard_export_status()
                                """),
                to(
                        "use of function public.alike(character varying,pg_catalog.text) in default value for",
                        operator + """
                                ALTER TABLE public.user_api_keys ALTER COLUMN is_active SET DEFAULT public.alike('a', 'b')
                                """),
                to("use of function public.alike(character varying,pg_catalog.text) in policy", operator + """
                                ALTER POLICY "Users can view their own progress" ON public.user_progress
                                    USING (public.alike('a', 'b'))
                                """),
                to("use of type public.uuid in table column satchel.upload_journal", """
                                CREATE DOMAIN public.uuid AS pg_catalog.uuid;
                                ALTER TABLE satchel.upload_journal ALTER COLUMN token TYPE public.uuid
                                """)
                        .left("is in a schema of others"));
    }

    @Test
    void nothingIsFoundInWhatNobodyDamaged() throws SQLException {
        assertThat(failed()).isEmpty();
    }

    @Test
    void everyDamageIsAnother() {
        assertThat(damages()).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(100);
    }

    @ParameterizedTest
    @MethodSource("damages")
    void isFoundAndNamed(Damage damage) throws SQLException {
        run(damage.sql());

        assertThat(failed()).anySatisfy(line -> assertThat(line).contains(damage.named()));
    }

    @ParameterizedTest
    @MethodSource("damagesToMend")
    void isRestoredByAMigrationOrLeftForAReasonAsADryRunSays(Damage damage) throws SQLException {
        run(damage.sql());
        run("SET LOCAL ROLE " + database.ownerUser());

        var report = Preflight.report(connection, PostgresDatasets.builtIn());

        if (damage.reason().isEmpty()) {
            assertThat(report.isFailed()).as(report.toString()).isFalse();
            assertThat(report.checks())
                    .filteredOn(check -> check.found().startsWith("would be restored: "))
                    .extracting(Check::line)
                    .anySatisfy(line -> assertThat(line).contains(damage.named()));
        } else {
            assertThat(report.isFailed()).as(report.toString()).isTrue();
        }

        List<String> left;
        try {
            left = Migration.migrate(connection).left();
        } catch (SQLException | RuntimeException stop) {
            assertThat(damage.reason()).isNotEmpty();
            assertThat(stop).hasMessageContaining(damage.reason());
            return;
        }

        if (damage.reason().isEmpty()) {
            assertThat(left).isEmpty();
            assertThat(failed()).isEmpty();
        } else {
            assertThat(left).anySatisfy(line -> assertThat(line).contains(damage.reason()));
        }
    }

    @Test
    void aParameterThatTurnsTriggersOffIsFoundWhereItCanBeGranted() throws SQLException {
        boolean canBeGranted = connection.getMetaData().getDatabaseMajorVersion() >= 15;
        if (canBeGranted) {
            run("GRANT SET ON PARAMETER session_replication_role TO satchel_vault");
        }

        assertThat(failed())
                .filteredOn(line -> line.contains("grant on parameter session_replication_role to satchel_vault"))
                .hasSize(canBeGranted ? 1 : 0);
    }

    private static List<String> failed() throws SQLException {
        run("SET LOCAL ROLE " + database.ownerUser());
        return SchemaVerification.checks(connection, PostgresDatasets.builtIn()).stream()
                .filter(Check::isFailed)
                .map(Check::line)
                .toList();
    }

    private static void run(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
