package dev.satchel.batchexport.cli.export;

import dev.satchel.UserId;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.Ids;
import dev.satchel.batchexport.terminal.RefusedException;
import dev.satchel.export.ExportCatalog;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.store.FileStore;
import dev.satchel.store.MissingFileException;
import java.io.IOException;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "link",
        description = {
            "Prints a link under which anybody can download the file, for 15 minutes or until the file expires.",
            "The link is a secret: hand it to the user and keep it nowhere."
        },
        footerHeading = """

                Example:
                  satchel export link "$EXPORT"
                """)
final class LinkCommand implements Callable<Integer> {

    private static final Duration LONGEST = Duration.ofMinutes(15);

    private final Console console;

    @Parameters(paramLabel = "ID", description = "The id that 'export request' printed.")
    String id = "";

    @Option(names = "--user", paramLabel = "ID", description = "Refuse unless the export is this user's.")
    @Nullable
    String user;

    LinkCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException, IOException {
        UUID export = Ids.export(id);
        UserId owner = user == null ? null : Ids.user(user);
        Settings settings = new Settings(console.environment());
        ExportCatalog.Downloadable file = settings.database()
                .inOneTransaction(dataSource ->
                        new SatchelPostgres(dataSource).exportCatalog().downloadable(export))
                .filter(found -> owner == null || found.user().equals(owner))
                // One answer for all cases: the caller must not learn whether another user has such an export.
                .orElseThrow(() -> new RefusedException("no export with the id " + export
                        + (owner == null ? "" : " of that user") + " has a file to download:"
                        + " it is not there, not completed, or expired"));
        Duration validity = file.remaining().compareTo(LONGEST) < 0 ? file.remaining() : LONGEST;
        console.out().println(link(settings.store(), file, validity));
        return 0;
    }

    private static URI link(FileStore store, ExportCatalog.Downloadable file, Duration validity) throws IOException {
        if (!store.isHere(file.location())) {
            throw elsewhere(file.id(), store);
        }
        try {
            return store.link(file.location(), validity);
        } catch (MissingFileException missing) {
            throw new RefusedException("the file of export " + file.id() + " is not in the store " + store.root()
                    + ": make sure that its volume is mounted and that SATCHEL_S3_ENDPOINT is right, or ask for the"
                    + " export again");
        }
    }

    /** The refusal of a file that is not in the store of the settings. */
    static RefusedException elsewhere(UUID export, FileStore store) {
        return new RefusedException("the file of export " + export + " is in another store than SATCHEL_STORE names, "
                + store.root() + ": set SATCHEL_STORE to the one that 'satchel export show' prints");
    }
}
