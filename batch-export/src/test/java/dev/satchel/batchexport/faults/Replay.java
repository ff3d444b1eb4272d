package dev.satchel.batchexport.faults;

import dev.satchel.batchexport.faults.Gate.Fault;
import dev.satchel.batchexport.faults.Gate.Point;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One run of the worker with one fault, and what follows until everything is delivered and cleaned up. */
final class Replay {

    private static final Duration BEYOND_LEASE = Duration.ofMinutes(5);
    private static final Duration BEYOND_GRACE = Duration.ofDays(2);

    /** Enough to see that the worker goes on to ask. */
    private static final int FAILURES = 6;

    private static final long PATIENCE = TimeUnit.MINUTES.toNanos(2);
    private static final long PATIENCE_WITH_FAILURES = TimeUnit.MILLISECONDS.toNanos(1200);

    private final Scene scene;
    private final Judge judge;
    private final Weakness weakness;

    Replay(Scene scene, Judge judge) {
        this(scene, judge, Weakness.NONE);
    }

    /** @param weakness what the worker under test lacks */
    Replay(Scene scene, Judge judge, Weakness weakness) {
        this.scene = scene;
        this.judge = judge;
        this.weakness = weakness;
    }

    /** Runs without a fault, and returns the points of that kind. */
    List<Point> record(Gate.Kind kind) throws IOException, SQLException, InterruptedException {
        scene.reset();
        Gate gate = Gate.open();
        try (WorkerProcess worker = new WorkerProcess(scene, gate, weakness::worker)) {
            worker.awaitEnd();
            if (worker.summary().isEmpty()) {
                throw new IllegalStateException(
                        "the run without a fault failed", worker.failure().orElseThrow());
            }
            return gate.points(kind);
        }
    }

    /** Replays the run with that fault, and returns what is wrong afterwards. */
    List<String> run(Point point, Mode mode) throws IOException, SQLException, InterruptedException {
        scene.reset();
        List<String> wrong = new ArrayList<>();
        Gate gate = Gate.with(new Fault(point.kind(), point.number(), mode));
        try (WorkerProcess worker = new WorkerProcess(scene, gate, weakness::worker)) {
            long begun = System.nanoTime();
            while (!gate.hasStruck() && !worker.hasEnded()) {
                if (System.nanoTime() - begun > PATIENCE) {
                    return List.of("the run neither reached the point nor ended within two minutes");
                }
                TimeUnit.MILLISECONDS.sleep(1);
            }
            if (!gate.hasStruck()) {
                return List.of("the run ended before the point");
            }
            String text = gate.points(point.kind()).get(point.number() - 1).text();
            if (!text.equals(point.text())) {
                return List.of("another request is at this point than in the first run: " + text);
            }
            play(mode, gate, worker);
            if (worker.summary().isPresent()) {
                wrong.addAll(judge.wrongAtTheEnd(worker.summary().orElseThrow()));
            }
            wrong.addAll(judge.wrongMeanwhile());
            settle();
            wrong.addAll(judge.wrongAfterwards(retries(mode)));
        } catch (RuntimeException failed) {
            wrong.add("the second worker or the clean-up failed: " + failed);
        } catch (AssertionError endless) {
            // Told with the point, and the next replay goes on.
            wrong.add(String.valueOf(endless.getMessage()));
        } finally {
            gate.kill();
            gate.release();
        }
        return wrong;
    }

    private void play(Mode mode, Gate gate, WorkerProcess worker) throws SQLException, InterruptedException {
        switch (mode) {
            case FAILS_ONCE, ANSWER_LOST -> worker.awaitEnd();
            case FAILS_FROM_HERE_ON -> {
                long begun = System.nanoTime();
                while (!worker.hasEnded()
                        && gate.failures() < FAILURES
                        && System.nanoTime() - begun < PATIENCE_WITH_FAILURES) {
                    TimeUnit.MILLISECONDS.sleep(1);
                }
                worker.stop();
                worker.awaitEnd();
            }
            case KILLED_BEFORE, KILLED_AFTER -> {}
            case PAUSED_UNTIL_DELIVERED -> {
                scene.pass(BEYOND_LEASE);
                scene.deliver();
                scene.pass(BEYOND_GRACE);
                scene.cleanUp();
                gate.release();
                worker.awaitEnd();
            }
            case PAUSED_UNTIL_RECLAIMED -> {
                scene.pass(BEYOND_LEASE);
                scene.claimAll();
                scene.pass(BEYOND_GRACE);
                scene.cleanUp();
                gate.release();
                worker.awaitEnd();
                scene.endClaims();
            }
            case SLOW -> {
                scene.passWithHeartbeats(BEYOND_GRACE);
                scene.deliver();
                scene.cleanUp();
                gate.release();
                worker.awaitEnd();
            }
            case ARRIVES_LATE -> {
                scene.pass(BEYOND_LEASE);
                scene.deliver();
                scene.pass(BEYOND_LEASE);
                scene.cleanUp();
                gate.release();
                gate.awaitArrival();
            }
        }
    }

    // A further clean-up is for objects that a late request could have written again.
    private void settle() throws SQLException {
        scene.deliverAll();
        for (int run = 0; run < 3 && (run == 0 || scene.hasLeftovers()); run++) {
            scene.pass(BEYOND_GRACE);
            scene.cleanUp();
        }
    }

    private static int retries(Mode mode) {
        return switch (mode) {
            case SLOW -> 0;
            // Another worker held all three and died, too.
            case PAUSED_UNTIL_RECLAIMED -> 4;
            case FAILS_FROM_HERE_ON -> 3;
            default -> 1;
        };
    }
}
