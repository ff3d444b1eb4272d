package dev.satchel.batchexport.cli.export;

import dev.satchel.batchexport.format.seal.ShownFilters;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.Ids;
import dev.satchel.batchexport.terminal.Json;
import dev.satchel.batchexport.terminal.RefusedException;
import dev.satchel.export.ExportCatalog;
import dev.satchel.postgres.SatchelPostgres;
import java.sql.SQLException;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "show", description = "Shows one export with its manifest.", footerHeading = """

                Example:
                  satchel export show "$EXPORT" --json
                """)
final class ShowCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(paramLabel = "ID", description = "The id that 'export request' printed.")
    String id = "";

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    ShowCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        UUID export = Ids.export(id);
        ExportCatalog.Entry entry = new Settings(console.environment())
                .database()
                .inOneTransaction(dataSource ->
                        new SatchelPostgres(dataSource).exportCatalog().find(export))
                .map(found -> found.withFilters(ShownFilters.of(found.filters())))
                .orElseThrow(() -> new RefusedException("no export has the id " + export));
        if (json) {
            console.document(Json.of(entry));
        } else {
            print(entry);
        }
        return 0;
    }

    private void print(ExportCatalog.Entry entry) {
        line("id", entry.id());
        line("user", entry.user());
        line("type", entry.type());
        line("format", entry.format());
        line("filters", entry.filters());
        line("status", entry.status());
        line("error", entry.error());
        line("records", entry.records());
        line("bytes", entry.bytes());
        line("file", entry.location());
        line("retries", entry.retries());
        line("requested", entry.requestedAt());
        line("started", entry.startedAt());
        line("completed", entry.completedAt());
        line("expires", entry.expiresAt());
        line("manifest", entry.manifest());
    }

    private void line(String name, @Nullable Object value) {
        if (value != null) {
            console.out().printf(Locale.ROOT, "%-10s %s%n", name, value);
        }
    }
}
