package dev.satchel.batchexport.cli.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetryCommandIT {

    @TempDir
    static Path folder;

    @AutoClose
    private static Installation satchel;

    @BeforeAll
    static void begin() {
        satchel = Installation.in(folder);
    }

    @AfterEach
    void empty() {
        satchel.sql("DELETE FROM export_history");
    }

    private static String failed(String code) {
        String id = satchel.requestOfNewUser();
        satchel.sql("UPDATE export_history SET status = 'failed', error_message = '" + code + ": a reason' WHERE id = '"
                + id + "'");
        return id;
    }

    @Test
    void asksAgainForOneAndLeavesTheFailedOne() {
        String failed = failed("internal");

        String again = satchel.satchel("export", "retry", failed).succeeded();

        assertThat(again).isNotEqualTo(failed);
        assertThat(satchel.satchel("export", "run").succeeded()).contains("delivered 1 (");
        assertThat(satchel.status(again)).isEqualTo("completed 0");
        assertThat(satchel.status(failed)).isEqualTo("failed 0");
    }

    @Test
    void asksAgainForAllThatFailedWithSomeCodes() {
        failed("internal");
        failed("access_denied");
        failed("worker_lost");

        Result again =
                satchel.satchel("export", "retry", "--failed", "--code", "access_denied", "--code", "worker_lost");

        assertThat(again.succeeded().lines()).hasSize(2);
        assertThat(satchel.value("SELECT count(*) FROM export_history WHERE status = 'pending'"))
                .isEqualTo("2");
        assertThat(satchel.satchel("export", "retry", "--failed", "--code", "access_denied")
                        .succeeded())
                .isEmpty();
    }

    @Test
    void namesWhatIsLeftAndWhy() {
        String limited = failed("worker_lost");
        satchel.sql("INSERT INTO export_history (user_id, export_type, export_format, filters)"
                + " SELECT user_id, 'vocabulary', 'csv', jsonb_build_object('from', date '2020-01-01' + n)"
                + " FROM export_history, generate_series(1, 50) AS n");
        String adopted = failed("worker_lost");
        // As a row of the application may be that was there before Satchel.
        satchel.sql("""
                DO $adopt$
                DECLARE
                    rule text := (SELECT pg_get_constraintdef(oid)
                                    FROM pg_constraint
                                   WHERE conname = 'export_history_filters_names_check');
                BEGIN
                    ALTER TABLE export_history DROP CONSTRAINT export_history_filters_names_check;
                    UPDATE export_history SET filters = '{"color": "red"}' WHERE id = '%s';
                    EXECUTE 'ALTER TABLE export_history ADD CONSTRAINT export_history_filters_names_check '
                        || rule || ' NOT VALID';
                END
                $adopt$
                """.formatted(adopted));

        Result again = satchel.satchel("export", "retry", "--failed", "--code", "worker_lost");

        assertThat(again.succeeded()).isEmpty();
        assertThat(again.err())
                .contains("satchel: export " + limited + " is not asked for again, because its user has as many exports"
                        + " under way as are allowed: repeat the command when some of them have ended")
                .contains("satchel: export " + adopted
                        + " is not asked for again, because its filters are not allowed: ask for what exists");
    }

    @Test
    void asksForAllOrNone() {
        String failed = failed("internal");
        String pending = satchel.requestOfNewUser();

        Result refused = satchel.satchel("export", "retry", failed, pending);

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err())
                .isEqualToIgnoringNewLines("satchel: no export with the id " + pending
                        + " failed: 'satchel export show " + pending + "' says what it is");
        assertThat(satchel.value("SELECT count(*) FROM export_history")).isEqualTo("2");
    }

    @Test
    void refusesWhatWouldFailAgain() {
        String failed = failed("invalid_request");
        satchel.sql("UPDATE export_history SET export_type = 'nonsense'");

        Result refused = satchel.satchel("export", "retry", failed);

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).startsWith("satchel: export " + failed + " would fail again: unknown export type");
    }

    @Test
    void refusesWrongCalls() {
        for (List<String> wrong : List.of(
                List.<String>of(),
                List.of("--failed"),
                List.of("--code", "internal"),
                List.of("--failed", "--code", "nonsense"),
                List.of("--failed", "--code", "invalid_request"),
                List.of("7"),
                List.of("7", "--failed", "--code", "internal"))) {
            String[] arguments = java.util.stream.Stream.concat(
                            java.util.stream.Stream.of("export", "retry"), wrong.stream())
                    .toArray(String[]::new);
            assertThat(satchel.satchel(arguments).exit()).as(wrong.toString()).isEqualTo(2);
        }
    }
}
