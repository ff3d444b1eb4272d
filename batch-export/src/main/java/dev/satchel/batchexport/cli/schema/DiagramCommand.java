package dev.satchel.batchexport.cli.schema;

import dev.satchel.batchexport.schema.docs.EntityDiagram;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "diagram",
        description = "Prints a Mermaid entity diagram of what belongs to a user in the live schema.",
        footerHeading = """

                Example:
                  satchel diagram > tables.mmd
                """)
public final class DiagramCommand implements Callable<Integer> {

    private final Console console;

    DiagramCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        console.document(
                EntityDiagram.of(new Settings(console.environment()).database().plain()));
        return 0;
    }
}
