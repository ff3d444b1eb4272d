package dev.satchel.batchexport.serve.schedule;

import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.schedule.Schedule;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.stream.Stream;
import org.springframework.scheduling.support.CronExpression;

/**
 * The ticks of a cron expression in a zone.
 *
 * <p>A run covers every tick that was due when it began. So ticks that nobody was there for are made up by one run, ticks
 * that came while a run was under way by one run after it, and no tick is run twice. Immutable.
 */
public final class CronTicks implements Schedule {

    private static final int FIELDS = 6;
    private static final int HOUR = 2;
    private static final int HOURS = 24;

    private final CronExpression cron;
    private final ZoneId zone;
    private final boolean isForEachHour;

    private CronTicks(CronExpression cron, ZoneId zone) {
        this.cron = cron;
        this.zone = zone;
        this.isForEachHour = isForEachHour(cron.toString().split("\\s+", -1)[HOUR]);
    }

    private static boolean isForEachHour(String hours) {
        CronExpression hourly = CronExpression.parse("0 0 " + hours + " * * *");
        LocalDateTime midnight = LocalDateTime.of(2026, 1, 1, 0, 0);
        return Stream.iterate(hourly.next(midnight.minusSeconds(1)), hourly::next)
                        .takeWhile(tick -> tick.isBefore(midnight.plusDays(1)))
                        .count()
                == HOURS;
    }

    /**
     * Reads an expression of six fields, as Spring reads it: second, minute, hour, day of the month, month, day of the week.
     *
     * @throws IllegalArgumentException if it is malformed or has no tick; the message says what is allowed
     */
    public static CronTicks parse(String expression, ZoneId zone) {
        int fields = expression.strip().split("\\s+").length;
        if (!expression.startsWith("@") && fields == FIELDS - 1) {
            throw new IllegalArgumentException("has the five fields of a crontab: put the second before them, as in '0 "
                    + expression.strip() + "'");
        }
        CronExpression cron;
        try {
            cron = CronExpression.parse(expression.strip());
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException(
                    "is not a cron expression: expected second, minute, hour, day of the month, month and day of the"
                            + " week, such as '0 30 2 * * *' for 02:30 each day",
                    malformed);
        }
        if (cron.next(ZonedDateTime.of(2026, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC)) == null) {
            throw new IllegalArgumentException("names a moment that never comes");
        }
        return new CronTicks(cron, zone);
    }

    @Override
    public Instant getNextExecutionTime(ExecutionComplete run) {
        Instant begun = run.getTimeDone().minus(run.getDuration());
        Instant tick = run.getExecution().executionTime;
        // By a clock that was set back meanwhile, the run would have begun before its own tick.
        return after(begun.isAfter(tick) ? begun : tick);
    }

    @Override
    public Instant getInitialExecutionTime(Instant now) {
        return after(now);
    }

    private Instant after(Instant moment) {
        ZonedDateTime from = moment.atZone(zone);
        LocalDateTime onTheWall = cron.next(from.toLocalDateTime());
        if (onTheWall != null && zone.getRules().getValidOffsets(onTheWall).isEmpty()) {
            // In the hour that is left out when summer time begins: Spring would leave out the tick, and with it the
            // night.
            return onTheWall.atZone(zone).toInstant();
        }
        ZonedDateTime next = cron.next(from);
        while (next != null && isRepeated(next)) {
            next = cron.next(next);
        }
        return next == null ? NEVER : next.toInstant();
    }

    // In the hour that comes twice when summer time ends, what is to happen at a certain hour has happened.
    private boolean isRepeated(ZonedDateTime tick) {
        return !isForEachHour && !tick.equals(tick.withEarlierOffsetAtOverlap());
    }

    @Override
    public boolean isDeterministic() {
        return true;
    }

    @Override
    public String toString() {
        return cron + " in " + zone;
    }
}
