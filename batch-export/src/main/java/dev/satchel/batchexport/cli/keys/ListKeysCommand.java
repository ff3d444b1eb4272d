package dev.satchel.batchexport.cli.keys;

import dev.satchel.UserId;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.Ids;
import dev.satchel.batchexport.terminal.Json;
import dev.satchel.keys.ApiKey;
import dev.satchel.keys.KeyStatus;
import dev.satchel.keys.Purpose;
import dev.satchel.keys.UserKeys;
import dev.satchel.keys.encryption.BrokenSealException;
import dev.satchel.keys.encryption.UnknownKeyEncryptionKeyException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "list",
        description = {
            "Lists a user's keys: whether set, masked, and what the provider said last.",
            "Masking opens each key that is set, which is on record as 'list masked'.",
            "Ends with 1 when a key could not be opened."
        },
        footerHeading = """

                Example:
                  satchel keys list --user "$ID"
                """)
final class ListKeysCommand implements Callable<Integer> {

    private static final Purpose LIST_MASKED = new Purpose("list masked");

    private final Console console;

    @Option(names = "--user", required = true, paramLabel = "ID", description = "Whose keys.")
    String user = "";

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    ListKeysCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        UserId whose = Ids.user(user);
        UserKeys keys = Kek.userKeys(console);
        List<Map<String, Object>> listed = new ArrayList<>();
        boolean areAllOpened = true;
        for (KeyStatus status : keys.statuses(whose)) {
            String masked = "";
            if (status.isSet()) {
                try {
                    masked = keys.use(whose, status.provider(), LIST_MASKED, ApiKey::masked)
                            .orElse("");
                } catch (BrokenSealException | UnknownKeyEncryptionKeyException broken) {
                    masked = "?";
                    areAllOpened = false;
                    console.err().println("satchel: " + status.provider().code() + ": " + broken.getMessage());
                }
            }
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("provider", status.provider().code());
            line.put("set", status.isSet());
            if (status.isSet()) {
                line.put("key", masked);
            }
            line.put("validity", status.validity().name().toLowerCase(Locale.ROOT));
            putIfKnown(line, "last_validated_at", status.lastValidatedAt());
            putIfKnown(line, "last_checked_at", status.lastCheckedAt());
            listed.add(line);
            if (!json) {
                console.out()
                        .printf(
                                Locale.ROOT,
                                "%-10s %-14s %-8s %s%n",
                                status.provider().code(),
                                status.isSet() ? masked : "not set",
                                status.isSet() ? line.get("validity") : "",
                                status.lastValidatedAt() == null ? "" : "last validated " + status.lastValidatedAt());
            }
        }
        if (json) {
            console.document(Json.list(listed));
        }
        return areAllOpened ? 0 : 1;
    }

    private static void putIfKnown(Map<String, Object> line, String name, @Nullable Object value) {
        if (value != null) {
            line.put(name, value.toString());
        }
    }
}
