package dev.satchel.batchexport.doctor.finding;

import dev.satchel.export.Failure;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Collectors;

/** What to do about each code of a failure: the column of docs/operations.md, which a test compares. */
public final class FailureRemedy {

    private FailureRemedy() {}

    /** The code of that name; empty for what another program wrote. */
    public static Optional<Failure.Code> code(String name) {
        return Arrays.stream(Failure.Code.values())
                .filter(code -> code.code().equals(name))
                .findFirst();
    }

    /** What to do about these codes, each named. */
    public static String of(Collection<String> codes) {
        return codes.stream()
                .map(name -> name + ": "
                        + code(name).map(FailureRemedy::of).orElse("see what the program says that wrote the row"))
                .collect(Collectors.joining("; "));
    }

    public static String of(Failure.Code code) {
        return switch (code) {
            case INVALID_REQUEST -> "correct the request, or give all workers the same SATCHEL_DATASETS";
            case ACCESS_DENIED -> "grant the right that the sentence names, or correct the credentials";
            case STORE_MISSING -> "create or mount it";
            case STORE_MISMATCH -> "mount the right one; satchel store list says where it was";
            case STORE_MISCONFIGURED -> "correct the setting";
            case STORE_FULL -> "make room, run cleanup";
            case STORE_UNAVAILABLE, DATABASE_UNAVAILABLE -> "none, unless it lasts";
            case FILE_DAMAGED -> "when it recurs, distrust the store";
            case FILE_TOO_LARGE -> "more heap, or narrower filters";
            case DATABASE_LOCKED -> "end that session";
            case DATABASE_READ_ONLY -> "connect to the primary";
            case DATABASE_FULL -> "make room, raise the limit";
            case DATABASE_MISCONFIGURED -> "correct DATABASE_URL, run migrate, or what the sentence names";
            case DATABASE_DAMAGED -> "restore it";
            case SNAPSHOT_TOO_OLD -> "narrower filters, a faster store";
            case RECORDS_HIDDEN -> "satchel verify names the policy";
            case WORKER_LOST -> "none, unless it recurs";
            case WORKER_MISCONFIGURED ->
                "room in a directory for temporary files that the worker may write to and run libraries from"
                        + " (JAVA_OPTS=-Djava.io.tmpdir=…), and a new start of the worker;"
                        + " the same version and settings on all workers";
            case OUT_OF_MEMORY -> "more heap (JAVA_OPTS=-Xmx…), less --concurrency";
            case CANCELLED -> "none: the user or the operator wanted it";
            case INTERNAL -> "report what the worker's log says";
        };
    }
}
