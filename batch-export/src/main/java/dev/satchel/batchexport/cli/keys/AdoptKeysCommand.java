package dev.satchel.batchexport.cli.keys;

import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.keys.KeyVault;
import dev.satchel.keys.legacy.KeyAdoption;
import dev.satchel.keys.legacy.KeyAdoption.Outcome;
import dev.satchel.keys.legacy.LegacyKeys;
import dev.satchel.postgres.SatchelPostgres;
import java.sql.SQLException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "adopt",
        description = {
            "Seals the keys that an adopted table holds in the clear or in base64.",
            "Erases them there. Log in as the owner of the tables. Stopped, it goes on next time.",
            "Ends with 1 when keys are left, each with the reason; nothing of a key is printed."
        },
        footerHeading = """

                Example:
                  satchel keys adopt
                """)
final class AdoptKeysCommand implements Callable<Integer> {

    private final Console console;

    @Option(names = "--discard", description = "Seal nothing, and erase every earlier key that is left.")
    boolean discard;

    AdoptKeysCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        return discard ? discard() : adopt();
    }

    private int adopt() throws SQLException {
        KeyVault vault = Kek.keyVault(console);
        LegacyKeys earlier = legacyKeys();
        Outcome outcome = new KeyAdoption(earlier, vault)
                .adopt((key, reason) -> console.err().println("satchel: " + key + " stays: " + reason));
        console.out()
                .printf(
                        Locale.ROOT,
                        "sealed %d, superseded %d, refused %d%n",
                        outcome.sealed(),
                        outcome.superseded(),
                        outcome.refused());
        if (outcome.sealed() > 0) {
            console.out()
                    .println("Anyone who could read the table or a backup of it has these keys: advise their users to"
                            + " replace them at the provider.");
        }
        long left = earlier.count();
        if (left > outcome.refused()) {
            console.err()
                    .println("satchel: " + (left - outcome.refused()) + " keys were changed meanwhile: run it again");
        }
        return left == 0 ? 0 : 1;
    }

    private int discard() throws SQLException {
        LegacyKeys earlier = legacyKeys();
        long discarded = earlier.discardAll();
        earlier.removeErased();
        console.out().printf(Locale.ROOT, "discarded %d%n", discarded);
        return 0;
    }

    private LegacyKeys legacyKeys() throws SQLException {
        return new SatchelPostgres(
                        new Settings(console.environment()).database().migrated())
                .legacyKeys();
    }
}
