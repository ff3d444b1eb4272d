package dev.satchel.batchexport.cli.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.migrations.SampleDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database in which an event trigger enables row security on every new table, as some projects have it. */
class EventTriggersIT {

    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";

    @TempDir
    Path folder;

    @AutoClose
    private SampleDatabase database;

    @BeforeEach
    void open() {
        SampleDatabase.create().close();
        database = SampleDatabase.createUnmigratedWithLearners();
    }

    private void install(String state, String tags) throws SQLException {
        superuser("""
                CREATE FUNCTION public.secure_tables() RETURNS event_trigger
                    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
                DECLARE
                    made record;
                BEGIN
                    FOR made IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE object_type = 'table' LOOP
                        IF NOT (SELECT relrowsecurity FROM pg_class WHERE oid = made.objid) THEN
                            EXECUTE format('ALTER TABLE %%s %s', made.objid::regclass);
                        END IF;
                    END LOOP;
                END
                $function$;
                CREATE EVENT TRIGGER "Secure tables" ON ddl_command_end WHEN TAG IN (%s)
                    EXECUTE FUNCTION public.secure_tables();
                """.formatted(state, tags));
    }

    @Test
    void doesNotShutSatchelOutOfItsOwnTables() throws SQLException {
        install("ENABLE ROW LEVEL SECURITY", "'CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO'");

        assertThat(satchel("migrate --dry-run").succeeded())
                .contains("notice  triggers: event trigger \"Secure tables\" enables row security on new tables: on"
                        + " those of schema satchel, which grants alone protect, it will be disabled again");
        satchel("migrate").succeeded();

        assertThat(satchel("verify --quiet").out()).doesNotContain("FAILED");
        String id = satchel("export request --user " + LEARNER + " --type all --format json")
                .succeeded();
        assertThat(satchel("export run").succeeded()).startsWith("delivered 1 ");
        assertThat(satchel("export show " + id).succeeded()).contains("completed");
        satchel("cleanup").succeeded();
        superuser("INSERT INTO satchel.flyway_schema_history"
                + " (installed_rank, version, description, type, script, installed_by, execution_time, success)"
                + " VALUES (999, '999', 'later', 'SQL', 'V999__later.sql', 'later', 0, true)");
        assertThat(satchel("export list").err()).contains("this program is older than the database's schema");
    }

    @Test
    void isSeenByVerifyAndMendedByTheNextMigrate() throws SQLException {
        satchel("migrate").succeeded();
        superuser("ALTER TABLE satchel.export_lease ENABLE ROW LEVEL SECURITY");
        assertThat(satchel("verify --quiet").out())
                .contains("FAILED  row security of satchel.export_lease: expected disabled, found enabled");

        assertThat(satchel("migrate").succeeded()).startsWith("restored row security of satchel.export_lease");

        assertThat(satchel("verify --quiet").out()).doesNotContain("FAILED");
    }

    @Test
    void isRefusedWhereItLetsNobodyDisableRowSecurity() throws SQLException {
        install("ENABLE ROW LEVEL SECURITY", "'CREATE TABLE', 'ALTER TABLE'");

        Result refused = satchel("migrate");

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err().lines())
                .singleElement()
                .asString()
                .startsWith("satchel: an event trigger (\"Secure tables\") enables row security on satchel.")
                .endsWith(" whenever it is disabled, and would hide every row of it from Satchel's logins: let its"
                        + " function leave out schema satchel, then migrate; nothing was changed");
        assertThat(satchel("export list").err()).contains("has no tables of Satchel");
    }

    @Test
    void isRefusedWhereItBindsTheOwnerToo() throws SQLException {
        install("ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY", "'CREATE TABLE'");

        Result refused = satchel("migrate");

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("nothing was changed", "row-level security", "flyway_schema_history");
        assertThat(satchel("export list").err()).contains("has no tables of Satchel");
    }

    private Result satchel(String command) {
        Map<String, String> environment = new TreeMap<>();
        boolean isOwners = command.matches("(migrate|verify).*");
        environment.put("DATABASE_URL", isOwners ? database.ownerUrl() : database.workerUrl());
        environment.put("SATCHEL_STORE", folder.toUri().toString());
        return Installation.satchel(environment, command.split(" "));
    }

    private void superuser(String sql) throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
