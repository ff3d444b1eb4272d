package dev.satchel.batchexport.cli.schema;

import dev.satchel.batchexport.schema.migrate.Backfill;
import dev.satchel.batchexport.schema.migrate.Migration;
import dev.satchel.batchexport.schema.migrate.Preflight;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "migrate",
        description = {
            "Brings the database to the newest version of Satchel's schema.",
            "It looks first, and then changes all or nothing: it applies what is new, and restores what the schema lacks"
                    + " of what Satchel made, such as rights after a restore without them. Then it counts the progress of the users who were there"
                    + " before, batch by batch: stopped, it goes on next time.",
            "Log in as the owner of the application's tables."
        })
public final class MigrateCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(MigrateCommand.class);

    private final Console console;

    @Option(
            names = "--dry-run",
            description = "Only look, and print what was found. Ends with 1 when something stands in the way.")
    boolean dryRun;

    MigrateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        DataSource owner = new Settings(console.environment()).database().plain();
        return dryRun ? look(owner) : migrate(owner);
    }

    private int look(DataSource owner) throws SQLException {
        Preflight.Report report = Preflight.report(owner);
        report.lines().forEach(console.out()::println);
        return report.isBlocked() ? 1 : 0;
    }

    private int migrate(DataSource owner) throws SQLException {
        Migration.Outcome outcome = new Migration(owner).migrate();
        outcome.recorded().forEach(file -> console.out().println("recorded " + file + ", which was there already"));
        outcome.applied().forEach(file -> console.out().println("applied " + file));
        outcome.restored().forEach(console.out()::println);
        outcome.left().forEach(difference -> console.out().println("left as it is: " + difference));
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
