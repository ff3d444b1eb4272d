package dev.satchel.batchexport.cli.keys;

import dev.satchel.UserId;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.Ids;
import dev.satchel.batchexport.terminal.UsageException;
import dev.satchel.keys.ApiKey;
import dev.satchel.keys.Provider;
import dev.satchel.keys.UserKeys;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "set",
        description = {
            "Seals and stores a user's key, in place of an earlier one for that provider.",
            "The key is read from standard input, never from an argument: satchel keys set … < key.txt"
        },
        footerHeading = """

                Example:
                  satchel keys set --user "$ID" --provider openai < key.txt
                """)
final class SetKeyCommand implements Callable<Integer> {

    private final Console console;

    @Option(names = "--user", required = true, paramLabel = "ID", description = "Whose key it is.")
    String user = "";

    @Option(
            names = "--provider",
            required = true,
            paramLabel = "NAME",
            completionCandidates = ProviderCodes.class,
            description = "One of ${COMPLETION-CANDIDATES}.")
    String provider = "";

    SetKeyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException, IOException {
        UserId whose = Ids.user(user);
        Provider of = Kek.provider(provider);
        UserKeys keys = Kek.userKeys(console);
        try {
            keys.set(whose, of, read());
        } catch (IllegalArgumentException refused) {
            throw new UsageException(String.valueOf(refused.getMessage()));
        }
        console.out().println("sealed the key of user " + whose + " for " + of.title());
        return 0;
    }

    private ApiKey read() throws IOException {
        byte[] given = console.in().readNBytes(ApiKey.MAX_LENGTH + 3);
        byte[] key = Arrays.copyOf(given, lengthOfLine(given));
        Arrays.fill(given, (byte) 0);
        try {
            return ApiKey.take(key);
        } catch (IllegalArgumentException refused) {
            throw new UsageException(refused.getMessage() + " (it is read from standard input)");
        }
    }

    // What an editor or echo puts after the key.
    private static int lengthOfLine(byte[] given) {
        int length = given.length;
        if (length > 0 && given[length - 1] == '\n') {
            length--;
        }
        if (length > 0 && given[length - 1] == '\r') {
            length--;
        }
        return length;
    }
}
