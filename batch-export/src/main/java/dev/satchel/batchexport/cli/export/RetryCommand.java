package dev.satchel.batchexport.cli.export;

import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.Ids;
import dev.satchel.batchexport.terminal.UsageException;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.Failure;
import dev.satchel.export.RepeatedRequests;
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
        },
        footerHeading = """

                Examples:
                  satchel export retry "$EXPORT"
                  satchel export retry --failed --code store_unavailable
                """)
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
        ExportHistory.RequestedAgain again = settings.database()
                .inOneTransaction(dataSource ->
                        new RepeatedRequests(settings.satchel(dataSource).exportHistory()).request(ids, codes));
        again.added().forEach(console.out()::println);
        again.tooMany()
                .forEach(id -> left(
                        id,
                        "its user has as many exports under way as are allowed: repeat the command"
                                + " when some of them have ended"));
        again.impossible().forEach(id -> left(id, "its filters are not allowed: ask for what exists"));
        return 0;
    }

    private void left(UUID id, String why) {
        console.err().println("satchel: export " + id + " is not asked for again, because " + why);
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
                RepeatedRequests.requireUseful(code);
                return code;
            } catch (IllegalArgumentException refused) {
                throw new UsageException(refused.getMessage());
            }
        }
    }

    /** All that failed for one of some reasons. */
    static final class Failed {

        @Option(
                names = "--failed",
                required = true,
                description = "All that failed, unless the same was asked for since. Names those that are left.")
        boolean all;

        @Option(
                names = "--code",
                required = true,
                paramLabel = "CODE",
                completionCandidates = Candidates.ErrorCodes.class,
                description = "Those that failed with this code, such as out_of_memory; may be given several times.")
        List<String> codes = new ArrayList<>();
    }
}
