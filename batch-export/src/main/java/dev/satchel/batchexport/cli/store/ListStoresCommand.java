package dev.satchel.batchexport.cli.store;

import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.store.KnownStore;
import dev.satchel.store.KnownStores;
import java.sql.SQLException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "list",
        description = {
            "Lists the stores that have files on record, or had them.",
            "A store is 'expected' where its name is used now, and 'replaced' once another took its place."
                    + " 'unmarked' are files from before stores were known, and a store that was never seen with its"
                    + " mark."
        },
        footerHeading = """

                Example:
                  satchel store list
                """)
final class ListStoresCommand implements Callable<Integer> {

    private final Console console;

    ListStoresCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        console.out().printf("%-36s  %-8s  %9s  %s%n", "ID", "STATE", "FILES", "STORE");
        new SatchelPostgres(new Settings(console.environment()).database().migrated())
                .knownStores()
                .all()
                .forEach(this::print);
        return 0;
    }

    private void print(KnownStores.Use use) {
        String address = use.store().map(KnownStore::address).orElse("");
        console.out()
                .printf(
                        Locale.ROOT,
                        "%-36s  %-8s  %9d  %s%n",
                        use.store().map(store -> store.id().toString()).orElse("-"),
                        state(use),
                        use.files(),
                        address.isEmpty() || address.equals(use.root().toString())
                                ? use.root().toString()
                                : use.root() + " at " + address);
    }

    private static String state(KnownStores.Use use) {
        if (use.store().filter(KnownStore::marked).isEmpty()) {
            return "unmarked";
        }
        return use.expected() ? "expected" : "replaced";
    }
}
