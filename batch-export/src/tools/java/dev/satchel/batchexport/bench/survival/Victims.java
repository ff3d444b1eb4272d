package dev.satchel.batchexport.bench.survival;

import dev.satchel.judge.DatabaseWitness;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Chooses the workers that faults hit, and says whether they had something to lose. */
final class Victims {

    private static final Duration LONGEST_WAIT_FOR_WORK = Duration.ofSeconds(10);
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(10);
    private static final int LONGEST_DELAY_MILLIS = 150;

    /** What a worker is at. */
    enum Role {

        /** Delivers an export, as far as the table shows it. */
        BUSY,

        /** Joins the parts of an export. */
        JOINING,

        /** Delivers a part of an export, and has taken up none. */
        OF_PARTS
    }

    private final Subject subject;
    private final Workers workers;
    private final DatabaseWitness witness;
    private final Random random;
    private int longestDelayMillis = LONGEST_DELAY_MILLIS;

    Victims(Subject subject, Workers workers, DatabaseWitness witness, Random random) {
        this.subject = subject;
        this.workers = workers;
        this.witness = witness;
        this.random = random;
    }

    /** A worker in that role, after a random moment; empty if there is none for a while. */
    Optional<Workers.Place> next(Role role) throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + LONGEST_WAIT_FOR_WORK.toNanos();
        while (System.nanoTime() < deadline) {
            List<Workers.Place> found = find(role);
            if (!found.isEmpty()) {
                Workers.Place victim = found.get(random.nextInt(found.size()));
                if (role == Role.OF_PARTS) {
                    // Hit at once, because a part takes but a moment.
                    return Optional.of(victim);
                }
                TimeUnit.MILLISECONDS.sleep(random.nextInt(longestDelayMillis));
                if (find(role).contains(victim)) {
                    return Optional.of(victim);
                }
                // This system's exports take less.
                longestDelayMillis = Math.max(1, longestDelayMillis / 2);
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_INTERVAL.toMillis());
        }
        return Optional.empty();
    }

    /** Any worker that is not paused. */
    Workers.Place any() {
        List<Workers.Place> running = workers.running();
        return running.get(random.nextInt(running.size()));
    }

    private List<Workers.Place> find(Role role) throws SQLException {
        Stream<Workers.Place> found = role == Role.BUSY
                ? witness.busy().keySet().stream()
                        .sorted()
                        .flatMap(name -> workers.running(name).stream())
                : processes(role).stream().flatMap(process -> workers.running(process).stream());
        return found.toList();
    }

    private Set<Long> processes(Role role) throws SQLException {
        return role == Role.JOINING ? subject.joining() : subject.ofParts();
    }

    /** Whether the process is in that role: of one that was hit a moment ago, whether it was then. */
    boolean isIn(Role role, String name, long process) throws SQLException {
        return role == Role.BUSY
                ? witness.busy().containsKey(name)
                : processes(role).contains(process);
    }
}
