package dev.satchel.batchexport.cli.keys;

import dev.satchel.UserId;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.Ids;
import dev.satchel.keys.Provider;
import dev.satchel.keys.UserKeys;
import dev.satchel.postgres.SatchelPostgres;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "remove",
        description = {
            "Deletes a user's key for one provider, or all of the user's keys.",
            "With the last one goes the data key that opens them, also in copies. Needs no key-encryption keys."
        },
        footerHeading = """

                Example:
                  satchel keys remove --user "$ID" --provider openai
                """)
final class RemoveKeyCommand implements Callable<Integer> {

    private final Console console;

    @Option(names = "--user", required = true, paramLabel = "ID", description = "Whose key.")
    String user = "";

    @Option(
            names = "--provider",
            paramLabel = "NAME",
            completionCandidates = ProviderCodes.class,
            description = "One of ${COMPLETION-CANDIDATES}; all when left out.")
    @Nullable
    String provider;

    RemoveKeyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        UserId whose = Ids.user(user);
        Provider of = provider == null ? null : Kek.provider(provider);
        SatchelPostgres satchel = new SatchelPostgres(
                new Settings(console.environment()).database().migrated());
        UserKeys keys = new UserKeys(satchel.keyVault(new NoKeyEncryptionKeys()));
        boolean removed = of == null ? keys.removeAll(whose) : keys.remove(whose, of);
        console.out().println(removed ? "removed" : "there was none");
        return 0;
    }
}
