package dev.satchel.batchexport.cli.schema;

import dev.satchel.batchexport.schema.migrate.Backfill;
import dev.satchel.batchexport.schema.migrate.Migration;
import dev.satchel.batchexport.schema.migrate.MigrationSettings;
import dev.satchel.batchexport.schema.migrate.Preflight;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.postgres.dataset.PostgresDatasets;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.convert.DurationStyle;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "migrate",
        description = {
            "Brings the database to the newest version of Satchel's schema.",
            "It looks first, and then changes all or nothing: it applies what is new, and restores what the schema lacks"
                    + " of what Satchel made, such as rights after a restore without them. Then it counts the progress of the users who were there"
                    + " before, batch by batch: stopped, it goes on next time.",
            "Log in as the owner of the application's tables."
        },
        footerHeading = """

                Examples:
                  satchel migrate --dry-run
                  satchel migrate --lock-timeout 500ms
                """)
public final class MigrateCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(MigrateCommand.class);

    private final Console console;

    @Option(
            names = "--dry-run",
            description = "Only look, and print what was found. Ends with 1 when something stands in the way, or is"
                    + " not as it should be and would not be restored.")
    boolean dryRun;

    @Option(
            names = "--lock-timeout",
            paramLabel = "DURATION",
            description =
                    "How long one lock is waited for at a time, between 1ms and 1m: ${DEFAULT-VALUE}. Writers queue"
                            + " behind it meanwhile; a run that does not get its locks begins again, for two minutes.")
    String lockTimeout = MigrationSettings.DEFAULT_LOCK_TIMEOUT;

    @Spec
    @Nullable
    CommandSpec spec;

    MigrateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        Settings settings = new Settings(console.environment());
        DataSource owner = settings.database().plain();
        MigrationSettings chosen = chosen(settings);
        return dryRun ? look(owner, chosen, settings.datasets()) : migrate(owner, chosen);
    }

    private int look(DataSource owner, MigrationSettings chosen, PostgresDatasets datasets) throws SQLException {
        Preflight.Report report = Preflight.report(owner, chosen.usersTable(), datasets);
        report.lines().forEach(console.out()::println);
        return report.isFailed() ? 1 : 0;
    }

    private MigrationSettings chosen(Settings settings) {
        try {
            return new MigrationSettings(DurationStyle.SIMPLE.parse(lockTimeout), settings.usersTable());
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(),
                    "--lock-timeout must be a duration between 1ms and 1m, such as 500ms or 5s, was " + lockTimeout);
        }
    }

    private int migrate(DataSource owner, MigrationSettings settings) throws SQLException {
        Migration.Outcome outcome = new Migration(owner, settings).migrate();
        outcome.recorded().forEach(file -> console.out().println("recorded " + file + ", which was there already"));
        outcome.applied().forEach(file -> console.out().println("applied " + file));
        outcome.restored().forEach(console.out()::println);
        outcome.left().forEach(difference -> console.out().println("left as it is: " + difference));
        outcome.leftOut().forEach(console.out()::println);
        console.out()
                .println((outcome.isChange() ? "" : "nothing to do: ") + "the schema is at version "
                        + outcome.version());
        long users = new Backfill(owner).run(waiting -> LOG.info("{} users still wait for their progress", waiting));
        if (users > 0) {
            console.out().println("counted the progress of " + users + " users");
        }
        return 0;
    }
}
