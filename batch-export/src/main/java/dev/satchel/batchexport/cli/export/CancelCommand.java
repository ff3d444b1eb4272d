package dev.satchel.batchexport.cli.export;

import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.Ids;
import dev.satchel.batchexport.terminal.RefusedException;
import dev.satchel.export.ExportHistory;
import java.sql.SQLException;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "cancel",
        description = {
            "Cancels an export that is pending or processing: it fails at once with the code cancelled, and the worker that delivers it"
                    + " stops within two seconds and removes what it wrote.",
            "An export that has completed or failed stays as it is, which is refused; one that was cancelled before is not."
        },
        footerHeading = """

                Example:
                  satchel export cancel "$EXPORT"
                """)
final class CancelCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(paramLabel = "ID", description = "The id that 'export request' printed.")
    String id = "";

    CancelCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        UUID export = Ids.export(id);
        Settings settings = new Settings(console.environment());
        ExportHistory.Cancellation found = settings.database()
                .inOneTransaction(dataSource ->
                        settings.satchel(dataSource).exportHistory().cancel(export))
                .orElseThrow(() -> new RefusedException("no export has the id " + export));
        switch (found) {
            case CANCELLED -> console.out().println("cancelled");
            case CANCELLED_BEFORE -> console.out().println("cancelled before");
            case COMPLETED ->
                throw new RefusedException("export " + export
                        + " cannot be cancelled: it is completed already; to remove its file, delete its"
                        + " row and run 'satchel cleanup'");
            case FAILED ->
                throw new RefusedException("export " + export + " cannot be cancelled: it has failed already");
        }
        return 0;
    }
}
