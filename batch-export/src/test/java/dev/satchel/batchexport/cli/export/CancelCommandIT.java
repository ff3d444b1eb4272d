package dev.satchel.batchexport.cli.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code export cancel} answers for an export in each state. */
class CancelCommandIT {

    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";

    @TempDir
    static Path folder;

    @AutoClose
    private static Installation satchel;

    @BeforeAll
    static void start() {
        satchel = Installation.withLearnersIn(folder);
    }

    private static String request(String format) {
        return satchel.satchel("export", "request", "--user", LEARNER, "--type", "sessions", "--format", format)
                .succeeded();
    }

    @Test
    void aPendingExportFailsAndIsDeliveredByNoRun() {
        String id = request("json");

        assertThat(satchel.satchel("export", "cancel", id).succeeded()).isEqualTo("cancelled");
        assertThat(satchel.satchel("export", "cancel", id).succeeded()).isEqualTo("cancelled before");

        assertThat(satchel.satchel("export", "run").succeeded()).contains("delivered 0 ");
        assertThat(satchel.satchel("export", "list", "--status", "failed").succeeded())
                .contains(id)
                .contains("cancelled: ");
    }

    @Test
    void whatIsCompletedOrUnknownIsRefused() {
        String id = request("csv");
        satchel.satchel("export", "run").succeeded();

        assertRefused(id, "export " + id + " cannot be cancelled: it is completed already");
        UUID unknown = UUID.randomUUID();
        assertRefused(unknown.toString(), "no export has the id " + unknown);
        assertThat(satchel.satchel("export", "cancel", "soon").exit()).isEqualTo(2);
    }

    private static void assertRefused(String id, String message) {
        Result result = satchel.satchel("export", "cancel", id);

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.err()).contains(message);
    }
}
