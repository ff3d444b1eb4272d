package dev.satchel.batchexport.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.terminal.Console;
import dev.satchel.migrations.SampleDatabase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The benchmark with numbers that say nothing about speed, so that it can be run when somebody wants to know. */
class ProgressBenchIT {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void comparesEndingSessionsWithAndWithoutTheTriggers() {
        int exit = bench("progress", "--rounds", "2", "--users", "7", "--sessions", "11", "--bulk", "20");

        assertThat(exit).as(out + "" + err).isZero();
        assertThat(out.toString())
                .contains("fsync on, synchronous_commit on, full_page_writes on")
                .containsPattern(
                        "(?m)^one session per transaction .*/s without .*/s with .* × .* aim 1.3 ×: (met|missed)$")
                .containsPattern("(?m)^20 sessions in one statement .* aim 1.5 ×")
                .containsPattern("(?m)^the same, after one by one .* aim 1.5 ×")
                .containsPattern("(?m)^one session, after many at once .* aim 1.3 ×")
                // 7 users with 50 each, and what a warm-up and 2 rounds ended.
                .contains("no drift: " + (7 * 50 + 3 * 2 * (11 + 20)) + " contributions equal their sessions")
                .contains("the totals of 7 users");
    }

    @Test
    void recordsWhatWasThereWhileSessionsEnd() {
        int exit = bench("progress", "--backfill", "--users", "1200", "--sessions", "6000");

        assertThat(exit).as(out + "" + err).isZero();
        assertThat(out.toString())
                .contains("1,200 users with 6,000 sessions, of which 1,200 are open")
                .containsPattern("(?m)^backfilled in .*, [3-9] batches")
                .containsPattern("(?m)^meanwhile another connection ended [1-9]")
                .contains("the totals of 1,200 users");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE satchel.session_contribution SET qa_correct = qa_correct + 1",
                "UPDATE satchel.session_contribution SET day = day - 1",
                "DELETE FROM satchel.session_contribution",
                "UPDATE satchel.progress_total SET seconds = seconds + 0.000001",
                "DELETE FROM satchel.progress_total",
                "UPDATE user_progress SET total_points = total_points - 1",
                "DELETE FROM user_progress",
            })
    void seesDrift(String damage) throws SQLException {
        try (SampleDatabase database = SampleDatabase.create();
                Connection owner = database.ownerDataSource().getConnection();
                Statement statement = owner.createStatement()) {
            Learners learners = new Learners(3);
            learners.add(owner);
            learners.addEnded(owner, 9);
            assertThat(MeasuredDrift.in(owner)).isEqualTo(new MeasuredDrift(9, 0, 3, 0, 0));

            statement.execute(damage);

            assertThat(MeasuredDrift.in(owner).isNone()).isFalse();
            assertThat(MeasuredDrift.in(owner)).asString().startsWith("DRIFT: ");
        }
    }

    @Test
    void refusesWhatItCannotMeasure() {
        assertThat(bench()).isEqualTo(2);
        assertThat(err.toString()).contains("name a benchmark", "Usage: satchel bench", "progress");
        assertThat(bench("progres")).isEqualTo(2);
        assertThat(err.toString()).contains("'progres'");
        assertThat(bench("progress", "--rounds", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--rounds must be at least 1, was 0");
        assertThat(bench("progress", "--sessions", "-1", "--backfill")).isEqualTo(2);
        assertThat(err.toString()).contains("--sessions must be at least 1, was -1");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void explainsItself() {
        assertThat(bench("--help")).isZero();
        assertThat(bench("progress", "--help")).isZero();
        assertThat(out.toString()).contains("Usage: satchel bench ", "Usage: satchel bench progress ", "--backfill");
    }

    private int bench(String... arguments) {
        return Bench.run(
                new Console(
                        Map.of(),
                        java.io.InputStream.nullInputStream(),
                        new PrintWriter(out, true),
                        new PrintWriter(err, true),
                        false),
                arguments);
    }
}
