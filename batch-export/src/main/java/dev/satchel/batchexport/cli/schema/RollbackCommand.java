package dev.satchel.batchexport.cli.schema;

import dev.satchel.batchexport.schema.catalog.SchemaVersion;
import dev.satchel.batchexport.schema.migrate.Rollback;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "rollback",
        description = {
            "Removes what migrate made and puts back what it moved aside, all or nothing.",
            "Refuses while Satchel's tables hold rows, unless told what to do with them."
        },
        footerHeading = """

                Example:
                  satchel rollback --archive
                """)
public final class RollbackCommand implements Callable<Integer> {

    private final Console console;

    @ArgGroup
    @Nullable
    Rows rows;

    RollbackCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        DataSource owner = new Settings(console.environment()).database().plain();
        try (Connection connection = owner.getConnection()) {
            SchemaVersion.refuseNewer(connection);
        }
        Rollback rollback = new Rollback(owner);
        List<String> notices;
        if (rows == null) {
            notices = rollback.unlessRowsAreLost();
        } else {
            notices = rows.archive ? rollback.archive() : rollback.destroy();
        }
        notices.forEach(console.out()::println);
        console.out().println("rolled back");
        return 0;
    }

    /** What becomes of the rows: one of these. */
    static final class Rows {

        @Option(
                names = "--archive",
                required = true,
                description = "Copy them aside first, and say how to get them back.")
        boolean archive;

        @Option(names = "--destroy", required = true, description = "Lose them.")
        boolean destroy;
    }
}
