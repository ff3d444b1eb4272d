package dev.satchel.batchexport.serve.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronTicksTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @ParameterizedTest
    @CsvSource({
        // in time
        "12:00:00, 12:00:01, 12:00:05, 12:01:00",
        // longer than a minute: made up after it by one run
        "12:00:00, 12:00:01, 12:05:30, 12:01:00",
        "12:01:00, 12:05:30, 12:05:40, 12:06:00",
        // late, because no program was there
        "03:00:00, 12:00:30, 12:00:40, 12:01:00",
        // the clock was set back during the run
        "12:00:00, 11:59:59, 11:59:59, 12:01:00",
    })
    void aRunCoversTheTicksThatWereDueWhenItBegan(String tick, String begun, String done, String next) {
        CronTicks minutes = CronTicks.parse("0 * * * * *", ZoneOffset.UTC);

        assertThat(minutes.getNextExecutionTime(ExecutionComplete.success(
                        new Execution(at(tick), new TaskInstance<Void>("job", "one")), at(begun), at(done))))
                .isEqualTo(at(next));
    }

    private static Instant at(String time) {
        return Instant.parse("2026-11-29T" + time + "Z");
    }

    /** Neither skipped where an hour is missing, nor doubled where one comes twice. */
    @Test
    void hasOneTickOnEachDayInAZoneWithSummerTime() {
        CronTicks nightly = CronTicks.parse("0 30 2 * * *", BERLIN);

        assertThat(ticks(nightly, "2027-03-27T00:00:00Z", 3))
                .extracting(tick -> tick.atZone(BERLIN).getDayOfMonth())
                .containsExactly(27, 28, 29);
        assertThat(ticks(nightly, "2026-10-24T00:00:00Z", 3))
                .extracting(tick -> tick.atZone(BERLIN).getDayOfMonth())
                .containsExactly(24, 25, 26);
    }

    @Test
    void goesOnThroughAnHourThatComesTwice() {
        CronTicks halfHourly = CronTicks.parse("0 */30 * * * *", BERLIN);

        assertThat(ticks(halfHourly, "2026-10-25T00:00:00Z", 4))
                .extracting(Instant::toString)
                .containsExactly(
                        "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z");
        assertThat(ticks(CronTicks.parse("@hourly", BERLIN), "2026-10-25T00:00:00Z", 2))
                .extracting(Instant::toString)
                .containsExactly("2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z");
        assertThat(ticks(CronTicks.parse("0 0 0-23 * * *", BERLIN), "2026-10-25T00:00:00Z", 1))
                .extracting(Instant::toString)
                .containsExactly("2026-10-25T01:00:00Z");
    }

    @Test
    void hasOneTickInAnHourThatComesTwiceWhereNotEachHourHasOne() {
        assertThat(ticks(CronTicks.parse("0 0 */2 * * *", BERLIN), "2026-10-24T22:30:00Z", 2))
                .extracting(Instant::toString)
                .containsExactly("2026-10-25T00:00:00Z", "2026-10-25T03:00:00Z");
    }

    private static List<Instant> ticks(CronTicks schedule, String from, int count) {
        List<Instant> ticks = new ArrayList<>();
        Instant moment = Instant.parse(from);
        for (int n = 0; n < count; n++) {
            moment = schedule.getInitialExecutionTime(moment);
            ticks.add(moment);
        }
        return ticks;
    }

    @Test
    void standsInItsZone() {
        assertThat(CronTicks.parse("0 0 0 * * *", ZoneId.of("Asia/Kathmandu"))
                        .getInitialExecutionTime(Instant.parse("2026-11-29T12:00:00Z")))
                .isEqualTo("2026-11-29T18:15:00Z");
    }

    @Test
    void tellsWhoWroteTheFiveFieldsOfACrontabWhatToAdd() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CronTicks.parse("17 * * * *", ZoneOffset.UTC))
                .withMessage("has the five fields of a crontab: put the second before them, as in '0 17 * * * *'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hourly", "0 60 * * * *", "* * * * * * *", "0 0 0 * * 8", "0 0 0 ? * * 2026", "@never"})
    void refusesWhatIsNoExpression(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CronTicks.parse(text, ZoneOffset.UTC))
                .withMessageStartingWith("is not a cron expression: expected second, minute, hour");
    }

    @Test
    void refusesAMomentThatNeverComes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CronTicks.parse("0 0 0 30 2 *", ZoneOffset.UTC))
                .withMessage("names a moment that never comes");
    }
}
