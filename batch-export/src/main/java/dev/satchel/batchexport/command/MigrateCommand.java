package dev.satchel.batchexport.command;

import dev.satchel.batchexport.schema.Migration;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import picocli.CommandLine.Command;

@Command(
        name = "migrate",
        description =
                "Brings the database to the newest version of Satchel's schema. Log in as the owner of its tables.")
final class MigrateCommand implements Callable<Integer> {

    private final Console console;

    MigrateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        DataSource owner = new Settings(console.environment()).database().plain();
        // Flyway would answer a refused login with a page of text.
        try (Connection reachable = owner.getConnection()) {
            reachable.isValid(0);
        }
        Migration.Outcome outcome = new Migration(owner).migrate();
        outcome.applied().forEach(file -> console.out().println("applied " + file));
        console.out()
                .println(
                        outcome.applied().isEmpty()
                                ? "nothing to do: the schema is at version " + outcome.version()
                                : "the schema is at version " + outcome.version());
        return 0;
    }
}
