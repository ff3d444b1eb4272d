package dev.satchel.batchexport.command;

import dev.satchel.batchexport.schema.Rollback;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "rollback",
        description = {
            "Removes everything that migrate made and puts back what it moved aside, all or nothing.",
            "Refuses while Satchel's tables hold rows, unless told what to do with them."
        })
final class RollbackCommand implements Callable<Integer> {

    private final Console console;

    @ArgGroup
    @Nullable
    Rows rows;

    RollbackCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        Rollback rollback =
                new Rollback(new Settings(console.environment()).database().plain());
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
