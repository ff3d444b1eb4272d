package dev.satchel.batchexport.cli.store;

import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.UsageException;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.store.FileStore;
import dev.satchel.store.GoneStores;
import dev.satchel.store.StoreCheck;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "forget",
        description = {
            "Forgets a store that is gone, with every file on record in it: exports whose file was there have none any more.",
            "Nothing in the store is touched. What may still be there is yours to remove."
        },
        footerHeading = """

                Example:
                  satchel store forget s3://bucket/exports --files-are-gone
                """)
final class ForgetStoreCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(paramLabel = "STORE", description = "The store's id or name, as 'satchel store list' prints them.")
    String store = "";

    @Option(
            names = "--files-are-gone",
            description = "Confirms that the store's files are gone, or that you remove them.")
    boolean filesAreGone;

    ForgetStoreCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        Settings settings = new Settings(console.environment());
        SatchelPostgres satchel = new SatchelPostgres(settings.database().migrated());
        GoneStores.Forgotten forgotten =
                new GoneStores(satchel.knownStores(), configured(settings, satchel)).forget(store, filesAreGone);
        console.out().println("forgot " + forgotten.files() + " files in the store " + forgotten.root());
        return 0;
    }

    private static Optional<StoreCheck> configured(Settings settings, SatchelPostgres satchel) {
        FileStore store;
        try {
            store = settings.store();
        } catch (UsageException none) {
            return Optional.empty();
        }
        return Optional.of(
                new StoreCheck(store, satchel.knownStores(), satchel.uploadJournal(), satchel.probeRecords()));
    }
}
