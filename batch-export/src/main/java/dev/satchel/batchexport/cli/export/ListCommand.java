package dev.satchel.batchexport.cli.export;

import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.UserId;
import dev.satchel.batchexport.format.seal.ShownFilters;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.store.NamedFileStore;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.Ids;
import dev.satchel.batchexport.terminal.Json;
import dev.satchel.batchexport.terminal.UsageException;
import dev.satchel.export.ExportCatalog;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.postgres.session.OwnSessions;
import dev.satchel.store.MissingFileException;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "list",
        description = {
            "Lists exports, the newest first.",
            "Each with the time it was requested and the time its file expires, in UTC, and with the reason why its last"
                    + " attempt failed."
        },
        footerHeading = """

                Examples:
                  satchel export list --status failed
                  satchel export list --user "$ID" --json
                  satchel export list --archived
                """)
final class ListCommand implements Callable<Integer> {

    static final List<String> STATUSES = List.of("pending", "processing", "completed", "failed");
    private static final int MOST = 10_000;
    private static final String LINE = "%-36s  %-36s  %-12s  %-6s  %-10s  %9s  %12s  %-20s  %-20s  %s%n";

    private final Console console;

    @Option(names = "--user", paramLabel = "ID", description = "Only this user's.")
    @Nullable
    String user;

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            completionCandidates = Candidates.Statuses.class,
            description = "Only those that are pending, processing, completed or failed.")
    @Nullable
    String status;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "50",
            description = "At most so many; ${DEFAULT-VALUE} when left out.")
    int limit;

    @Option(
            names = "--archived",
            description = "Those that 'export archive' moved to files, read from the store, instead of those in the"
                    + " database.")
    boolean archived;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    private final List<MissingFileException> missing = new ArrayList<>();

    ListCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException, IOException {
        if (status != null && !STATUSES.contains(status)) {
            throw new UsageException("unknown status '" + status + "': expected one of " + String.join(", ", STATUSES));
        }
        if (limit < 1 || limit > MOST) {
            throw new UsageException("the limit must be a whole number from 1 to " + MOST + ", was " + limit);
        }
        UserId only = user == null ? null : Ids.user(user);
        Settings settings = new Settings(console.environment());
        List<ExportCatalog.Entry> entries = archived
                ? archived(settings, only)
                : settings.database()
                        .inOneTransaction(dataSource ->
                                new SatchelPostgres(dataSource).exportCatalog().newest(only, status, limit));
        if (json) {
            console.document(Json.of(entries.stream()
                    .map(entry -> entry.withFilters(ShownFilters.of(entry.filters())))
                    .toList()));
        } else {
            console.out()
                    .printf(
                            LINE,
                            "ID",
                            "USER",
                            "TYPE",
                            "FORMAT",
                            "STATUS",
                            "RECORDS",
                            "BYTES",
                            "REQUESTED",
                            "EXPIRES",
                            "REASON");
            entries.forEach(this::print);
        }
        return missing.isEmpty() ? 0 : 1;
    }

    private List<ExportCatalog.Entry> archived(Settings settings, @Nullable UserId only)
            throws SQLException, IOException {
        try (NamedFileStore store = settings.store();
                HikariDataSource pool = settings.database().pool(1)) {
            SatchelPostgres satchel = settings.satchel(new OwnSessions(pool));
            return new ArchivedExports(ArchiveCommand.archive(satchel, store))
                    .newest(
                            satchel.historyArchive().files(),
                            entry -> (only == null || entry.user().equals(only))
                                    && (status == null || entry.status().equals(status)),
                            limit,
                            missing::add);
        } finally {
            missing.forEach(gone -> console.err()
                    .println("satchel: " + gone.getMessage() + ", which 'satchel export archive' wrote: make sure that"
                            + " SATCHEL_STORE names the right store, and restore the file from a copy if it is lost"));
        }
    }

    private void print(ExportCatalog.Entry entry) {
        console.out()
                .printf(
                        Locale.ROOT,
                        LINE,
                        entry.id(),
                        entry.user(),
                        entry.type(),
                        entry.format(),
                        entry.status(),
                        entry.records(),
                        shown(entry.bytes()),
                        seconds(entry.requestedAt()),
                        shown(entry.expiresAt() == null ? null : seconds(entry.expiresAt())),
                        shown(entry.error()));
    }

    private static Instant seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS);
    }

    private static Object shown(@Nullable Object value) {
        return value == null ? "-" : value;
    }
}
