package dev.satchel.batchexport.bench;

import dev.satchel.batchexport.terminal.Console;
import dev.satchel.migrations.SampleDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;

/**
 * Ends the same sessions in two databases of one server, in turns.
 *
 * <p>Single sessions are ended here and there alternately, statements on many in pairs, the other database first each
 * time: whatever slows the machine or its disk for a while slows both. Between rounds the tables are vacuumed and
 * analyzed; a checkpoint is made once, before the first.
 */
final class TriggerCost {

    // Unmeasured: the first round finds cold caches and plans.
    private static final int WARM_UP = 1;

    private final SampleDatabase without;
    private final SampleDatabase with;
    private final Console console;

    TriggerCost(SampleDatabase without, SampleDatabase with, Console console) {
        this.without = without;
        this.with = with;
        this.console = console;
    }

    static int sessionsNeeded(int rounds, int sessions, int bulk) {
        return Math.multiplyExact(WARM_UP + rounds, 2 * Math.addExact(sessions, bulk));
    }

    List<Comparison> measure(int rounds, int sessions, int bulk) throws SQLException {
        Comparison single = new Comparison("one session per transaction", sessions, 1.3);
        Comparison many = new Comparison("%,d sessions in one statement", bulk, 1.5);
        Comparison manyAfterwards = new Comparison("the same, after one by one", bulk, 1.5);
        Comparison singleAfterwards = new Comparison("one session, after many at once", sessions, 1.3);
        try (Connection plain = without.ownerDataSource().getConnection();
                Connection recorded = with.ownerDataSource().getConnection();
                PreparedStatement endPlain = Ending.prepare(plain);
                PreparedStatement endFollowed = Ending.prepare(recorded)) {
            Turns turns = new Turns(Learners.open(plain));
            Learners.tidy(plain);
            Learners.tidy(recorded);
            checkpoint();
            for (int round = 0; round < WARM_UP + rounds; round++) {
                console.err()
                        .println(round < WARM_UP ? "warming up" : "round " + (round - WARM_UP + 1) + " of " + rounds);
                Learners.tidy(plain);
                Learners.tidy(recorded);
                boolean counts = round >= WARM_UP;
                boolean swapped = round % 2 == 1;
                turns.oneByOne(single, sessions, counts, endPlain, endFollowed);
                // The plans that the triggers keep were made for a single session.
                turns.atOnce(manyAfterwards, bulk, counts, swapped, plain, recorded);
                try (Connection freshPlain = without.ownerDataSource().getConnection();
                        Connection freshCredited = with.ownerDataSource().getConnection()) {
                    turns.atOnce(many, bulk, counts, swapped, freshPlain, freshCredited);
                    // These connections have plans that were made for many.
                    try (PreparedStatement endNext = Ending.prepare(freshPlain);
                            PreparedStatement endNextFollowed = Ending.prepare(freshCredited)) {
                        turns.oneByOne(singleAfterwards, sessions, counts, endNext, endNextFollowed);
                    }
                }
            }
        }
        return List.of(single, many, manyAfterwards, singleAfterwards);
    }

    private void checkpoint() throws SQLException {
        try (Connection superuser = with.superuserDataSource().getConnection();
                Statement statement = superuser.createStatement()) {
            statement.execute("CHECKPOINT");
        }
    }

    /** Hands out open sessions, each once, to both databases. */
    private static final class Turns {

        private final List<UUID> open;
        private int next;

        Turns(List<UUID> open) {
            this.open = open;
        }

        void oneByOne(
                Comparison comparison, int sessions, boolean counts, PreparedStatement without, PreparedStatement with)
                throws SQLException {
            long withoutNanos = 0;
            long withNanos = 0;
            for (UUID id : take(sessions)) {
                int seed = id.hashCode() & 0xffff;
                boolean swapped = seed % 2 == 1;
                withNanos += swapped ? timed(() -> Ending.one(with, id, seed)) : 0;
                withoutNanos += timed(() -> Ending.one(without, id, seed));
                withNanos += swapped ? 0 : timed(() -> Ending.one(with, id, seed));
            }
            if (counts) {
                comparison.add(withoutNanos, withNanos);
            }
        }

        void atOnce(
                Comparison comparison,
                int sessions,
                boolean counts,
                boolean swapped,
                Connection without,
                Connection with)
                throws SQLException {
            List<UUID> ids = take(sessions);
            long before = swapped ? timed(() -> Ending.many(with, ids)) : 0;
            long withoutNanos = timed(() -> Ending.many(without, ids));
            long withNanos = swapped ? before : timed(() -> Ending.many(with, ids));
            if (counts) {
                comparison.add(withoutNanos, withNanos);
            }
        }

        private List<UUID> take(int sessions) {
            next += sessions;
            return open.subList(next - sessions, next);
        }

        private static long timed(Work work) throws SQLException {
            long started = System.nanoTime();
            work.run();
            return System.nanoTime() - started;
        }
    }

    private interface Work {
        void run() throws SQLException;
    }
}
