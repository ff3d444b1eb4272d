package dev.satchel.batchexport.cli.store;

import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.RefusedException;
import dev.satchel.batchexport.terminal.UsageException;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.store.FileStore;
import dev.satchel.store.KnownStore;
import dev.satchel.store.KnownStores;
import dev.satchel.store.StoreCheck;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "forget",
        description = {
            "Forgets a store that is gone, with every file on record in it: exports whose file was there have none any more.",
            "Nothing in the store is touched. What may still be there is yours to remove."
        })
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
        KnownStores.Use use = find(satchel.knownStores().all());
        if (!filesAreGone) {
            throw new RefusedException("the database has " + use.files() + " files on record in the store " + use.root()
                    + ", and nothing would remove them any more: add --files-are-gone if they are gone");
        }
        if (use.expected() && isThere(settings, use, satchel)) {
            throw new RefusedException("the store " + use.root()
                    + " is there and has its mark: 'satchel cleanup' removes" + " its files once they are due");
        }
        console.out().println("forgot " + satchel.knownStores().forget(use) + " files in the store " + use.root());
        return 0;
    }

    private KnownStores.Use find(List<KnownStores.Use> all) {
        String name = store.endsWith("/") ? store : store + "/";
        List<KnownStores.Use> found = all.stream()
                .filter(use -> use.root().toString().equals(name)
                        || use.store()
                                .map(known -> known.id().toString())
                                .filter(store::equals)
                                .isPresent())
                .toList();
        if (found.isEmpty()) {
            throw new RefusedException(
                    "the database knows no store '" + store + "': 'satchel store list' prints those that it knows");
        }
        if (found.size() > 1) {
            throw new RefusedException("the database knows " + found.size() + " stores '" + store
                    + "', one after the other: give the id of one, as 'satchel store list' prints it");
        }
        return found.get(0);
    }

    // A store that cannot be reached may be gone.
    private static boolean isThere(Settings settings, KnownStores.Use use, SatchelPostgres satchel) {
        try {
            FileStore named = settings.store();
            if (!named.root().equals(use.root())
                    || use.store().filter(KnownStore::marked).isEmpty()) {
                return false;
            }
            new StoreCheck(named, satchel.knownStores(), satchel.uploadJournal(), satchel.probeRecords()).recognize();
            return true;
        } catch (UsageException | IOException none) {
            return false;
        }
    }
}
