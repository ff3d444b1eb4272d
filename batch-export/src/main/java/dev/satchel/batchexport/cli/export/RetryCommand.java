package dev.satchel.batchexport.cli.export;

import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.Ids;
import dev.satchel.batchexport.terminal.RefusedException;
import dev.satchel.batchexport.terminal.UsageException;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.Failure;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "retry",
        description = {
            "Asks again for what failed exports asked for, and prints the ids of the new exports.",
            "The failed ones stay as they are, as the record of what happened."
        })
final class RetryCommand implements Callable<Integer> {

    private final Console console;

    @ArgGroup(multiplicity = "1")
    Wanted wanted = new Wanted();

    RetryCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        List<UUID> ids = wanted.ids.stream().map(Ids::export).toList();
        List<Failure.Code> codes = wanted.codes();
        // One transaction: where one of the exports did not fail, none is asked for again.
        Settings settings = new Settings(console.environment());
        List<UUID> again = settings.database().inOneTransaction(dataSource -> {
            ExportHistory history = settings.satchel(dataSource).exportHistory();
            List<UUID> added = new ArrayList<>();
            ids.forEach(id -> added.add(again(history, id)));
            codes.forEach(code -> added.addAll(history.requestAgain(code)));
            return added;
        });
        again.forEach(console.out()::println);
        return 0;
    }

    private static UUID again(ExportHistory history, UUID id) {
        try {
            return history.requestAgain(id)
                    .orElseThrow(() -> new RefusedException("no export with the id " + id
                            + " failed: 'satchel export show " + id + "' says what it is"))
                    .id();
        } catch (IllegalArgumentException impossible) {
            throw new RefusedException("export " + id + " would fail again: " + impossible.getMessage());
        }
    }

    /** Which ones: by their ids, or by the code of what they failed with. */
    static final class Wanted {

        @Parameters(paramLabel = "ID", arity = "1..*", description = "The ids of failed exports.")
        List<String> ids = new ArrayList<>();

        @ArgGroup(exclusive = false)
        @Nullable
        Failed failed;

        /** @throws UsageException if one of them is no code, or what failed with it would fail again */
        List<Failure.Code> codes() {
            return failed == null
                    ? List.of()
                    : failed.codes.stream().map(Wanted::code).toList();
        }

        private static Failure.Code code(String key) {
            try {
                Failure.Code code = Failure.Code.of(key);
                if (code == Failure.Code.INVALID_REQUEST) {
                    throw new UsageException("what failed with invalid_request would fail again: ask for what exists");
                }
                return code;
            } catch (IllegalArgumentException unknown) {
                throw new UsageException(unknown.getMessage());
            }
        }
    }

    /** All that failed for one of some reasons. */
    static final class Failed {

        @Option(
                names = "--failed",
                required = true,
                description = "All that failed, unless the same was asked for since.")
        boolean all;

        @Option(
                names = "--code",
                required = true,
                paramLabel = "CODE",
                description = "Those that failed with this code, such as out_of_memory; may be given several times.")
        List<String> codes = new ArrayList<>();
    }
}
