package dev.satchel.batchexport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run and a small export cost in logins, round trips and statements. */
class RoundTripsIT {

    /** A run looks for lost exports once a second, however many it delivers. */
    private static final List<String> OF_THE_CLOCK = List.of("lost AS MATERIALIZED", "queue_the_rest");

    @TempDir
    Path folder;

    @AutoClose
    private Installation satchel;

    @AutoClose
    private RoundTrips database;

    @BeforeEach
    void begin() throws Exception {
        satchel = Installation.in(folder.resolve("s3"));
        database = RoundTrips.to(satchel.database().workerUrl());
        Files.createDirectory(folder.resolve("store"));
    }

    @Test
    void oneExportOfOneDatasetTakesEightRoundTripsOfFifteenStatements() {
        // The first run marks the store.
        tripsOf(1);
        List<List<String>> few = tripsOf(3);
        List<List<String>> more = tripsOf(13);

        assertThat(more.size() - few.size())
                .as(() -> String.join("\n", lines(more)))
                .isEqualTo(10 * 8);
        assertThat(statements(more) - statements(few))
                .as(() -> String.join("\n", lines(more)))
                .isEqualTo(10 * 15);
    }

    @Test
    void aRunWithOneSlotLogsInThreeTimes() {
        tripsOf(1);

        assertThat(database.logins())
                .as("twice to look for a pooler, and once for the work")
                .isEqualTo(3);
    }

    @Test
    void aRunWithNothingToDoIsRecordedAndBeginsNoSlot() {
        tripsOf(1);

        List<List<String>> trips = tripsOf(0);

        assertThat(lines(trips)).noneMatch(trip -> trip.toLowerCase(Locale.ROOT).contains("batch_step_execution"));
        assertThat(satchel.value("SELECT count(*) FROM satchel.batch_job_execution AS run"
                        + " JOIN satchel.batch_job_instance AS job USING (job_instance_id)"
                        + " WHERE job.job_name = 'exportRun' AND run.status = 'COMPLETED'"
                        + " AND run.exit_code = 'COMPLETED' AND run.end_time >= run.start_time"))
                .isEqualTo("2");
    }

    private List<List<String>> tripsOf(int exports) {
        for (int export = 0; export < exports; export++) {
            satchel.requestOfNewUser();
        }
        Map<String, String> environment = satchel.environment();
        environment.put("DATABASE_URL", database.url());
        environment.put("SATCHEL_STORE", folder.resolve("store").toUri().toString());
        database.take();

        String summary = Installation.satchel(environment, "export", "run", "--concurrency", "1")
                .succeeded();

        assertThat(summary).startsWith("delivered " + exports + " ");
        List<List<String>> trips = new ArrayList<>(database.take());
        // An empty statement asks whether a connection that was idle is still there.
        trips.removeIf(trip ->
                trip.stream().allMatch(String::isEmpty) || OF_THE_CLOCK.stream().anyMatch(trip.toString()::contains));
        return trips;
    }

    private static int statements(List<List<String>> trips) {
        return trips.stream().mapToInt(List::size).sum();
    }

    private static List<String> lines(List<List<String>> trips) {
        return trips.stream()
                .map(trip -> String.join(
                        " | ",
                        trip.stream()
                                .map(sql -> sql.substring(0, Math.min(sql.length(), 70)))
                                .toList()))
                .toList();
    }
}
