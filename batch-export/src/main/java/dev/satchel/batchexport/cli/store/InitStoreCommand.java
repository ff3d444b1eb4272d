package dev.satchel.batchexport.cli.store;

import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.store.FileStore;
import dev.satchel.store.KnownStore;
import dev.satchel.store.StoreCheck;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "init",
        description = {
            "Takes the store that SATCHEL_STORE names for the one that is meant, and marks it.",
            "The first export does that by itself. Needed where a mark got lost, where a store takes another one's place"
                    + " under the same name, and where one comes back."
        },
        footerHeading = """

                Examples:
                  satchel store init
                  satchel store init --replace
                """)
final class InitStoreCommand implements Callable<Integer> {

    private final Console console;

    @Option(
            names = "--replace",
            description =
                    "Also if files are missing in it: they stay on record as being in the store that it replaces.")
    boolean replace;

    InitStoreCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException, IOException {
        Settings settings = new Settings(console.environment());
        FileStore store = settings.store();
        SatchelPostgres satchel = new SatchelPostgres(settings.database().migrated());
        KnownStore known = new StoreCheck(store, satchel.knownStores(), satchel.uploadJournal(), satchel.probeRecords())
                .init(replace);
        console.out().println("the database expects " + known.id() + " at " + known.root() + ", which is marked");
        return 0;
    }
}
