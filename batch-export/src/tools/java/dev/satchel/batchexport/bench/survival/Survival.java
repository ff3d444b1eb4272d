package dev.satchel.batchexport.bench.survival;

import dev.satchel.judge.DatabaseWitness;
import dev.satchel.judge.Event;
import dev.satchel.judge.Finding;
import dev.satchel.judge.Judge;
import dev.satchel.judge.ObjectWitness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * One run: exports are asked for while workers are killed and paused, until all is quiet and the judge speaks.
 *
 * <p>A worker is hit while it is busy, as far as the table shows it, after a random moment: an idle one has nothing to lose.
 * Only such hits are counted. A fault of workers that join, or that deliver parts alone, is repeated until it has hit one.
 */
public final class Survival {

    /**
     * How much is asked for and done.
     *
     * @param workers that run at the same time
     * @param exports that are asked for, each of another user
     * @param records that each user has
     * @param faults in their order
     * @param lease after which a silent worker is taken for dead
     * @param gap on average, between two faults
     * @param quiet without any event, after which nothing more is expected of a system
     * @param seed of all that is random
     */
    public record Plan(
            int workers,
            int exports,
            int records,
            List<Fault> faults,
            Duration lease,
            Duration gap,
            Duration quiet,
            long seed) {

        Duration pause() {
            return lease.multipliedBy(7).dividedBy(5);
        }
    }

    private final Subject subject;
    private final Store store;
    private final Network network;
    private final Plan plan;
    private final Path logs;
    private final Random random;
    private final List<Event.Asked> asked = new ArrayList<>();
    private final Map<Fault, Integer> hits = new EnumMap<>(Fault.class);
    private final Deque<ScheduledFuture<?>> paused = new ArrayDeque<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

    /** A run whose workers write their logs into that folder. */
    public Survival(Subject subject, Store store, Network network, Plan plan, Path logs) {
        this.subject = subject;
        this.store = store;
        this.network = network;
        this.plan = plan;
        this.logs = logs;
        this.random = new Random(plan.seed());
    }

    /** Runs, and returns what the judge found. */
    public Outcome run() throws IOException, SQLException, InterruptedException {
        Files.createDirectories(logs);
        List<Learner> learners = Learner.add(subject.database(), plan.exports(), plan.records());
        subject.prepare();
        DatabaseWitness witness = DatabaseWitness.of(subject.database().ownerDataSource(), subject.watched());
        ObjectWitness objects = new ObjectWitness(store.listing(), Learner::read);
        Instant lastFault;
        try (Workers workers = new Workers(subject, plan.workers(), logs)) {
            lastFault = disturb(workers, new Victims(subject, workers, witness, random), objects, learners);
            awaitQuiet(workers, witness, objects);
        } finally {
            clock.shutdownNow();
        }
        Duration quietAfter = witness.events().stream()
                .map(Event::at)
                .max(Instant::compareTo)
                .map(last -> Duration.between(lastFault, last))
                .filter(wait -> !wait.isNegative())
                .orElse(Duration.ZERO);
        objects.look();
        subject.cleanUp();
        List<Event> history = new ArrayList<>(asked);
        history.addAll(witness.events());
        history.addAll(objects.events());
        List<Finding> findings = Judge.judge(history);
        int delivered = Outcome.delivered(asked.stream().map(Event.Asked::export).toList(), findings);
        return new Outcome(subject.name(), hits, asked.size(), delivered, findings, quietAfter);
    }

    private Instant disturb(Workers workers, Victims victims, ObjectWitness objects, List<Learner> learners)
            throws IOException, SQLException, InterruptedException {
        for (int number = 0; number < plan.faults().size(); number++) {
            ask(learners, (int) ((long) plan.exports() * (number + 1) / plan.faults().size()));
            Fault fault = plan.faults().get(number);
            switch (fault) {
                case KILL, PAUSE -> hit(fault, victim(fault, victims).orElseGet(victims::any), victims);
                case KILL_JOINING,
                        PAUSE_JOINING,
                        KILL_OF_PARTS,
                        PAUSE_OF_PARTS,
                        CHANNEL_RESET,
                        CHANNEL_REFUSAL,
                        CHANNEL_SILENCE,
                        CHANNEL_KILL,
                        CHANNEL_STOP -> {
                    long deadline = System.nanoTime() + plan.quiet().toNanos();
                    while (!play(fault, victims, learners) && System.nanoTime() < deadline) {
                        objects.look();
                    }
                }
                case DATABASE_RESET,
                        DATABASE_SILENCE,
                        STORE_RESET,
                        STORE_SILENCE,
                        STORE_ERRORS,
                        DATABASE_RESTART -> {
                    network.suffer(fault);
                    hits.merge(fault, 1, Integer::sum);
                }
            }
            objects.look();
            TimeUnit.MILLISECONDS.sleep(random.nextInt(1 + (int) plan.gap().toMillis() * 2));
            workers.restartEnded();
        }
        ask(learners, learners.size());
        for (ScheduledFuture<?> each : paused) {
            await(each);
        }
        return Instant.now();
    }

    /** Plays the fault if a worker is in its role, and says whether it was when it was hit; otherwise asks for an export. */
    private boolean play(Fault fault, Victims victims, List<Learner> learners)
            throws IOException, SQLException, InterruptedException {
        Optional<Workers.Place> victim = victim(fault, victims);
        if (victim.isEmpty()) {
            ask(learners, Math.min(learners.size(), asked.size() + 1));
            return false;
        }
        if (fault.isOfWorkers()) {
            return hit(fault, victim.get(), victims);
        }
        network.suffer(fault);
        hits.merge(fault, 1, Integer::sum);
        return true;
    }

    private Optional<Workers.Place> victim(Fault fault, Victims victims) throws SQLException, InterruptedException {
        // One worker at least goes on.
        while (fault.isPause() && paused.size() >= Math.max(1, plan.workers() - 1)) {
            await(paused.remove());
        }
        return victims.next(fault.victim());
    }

    /** Kills or pauses the worker, and says whether it had something to lose. */
    private boolean hit(Fault fault, Workers.Place victim, Victims victims)
            throws IOException, SQLException, InterruptedException {
        String name = victim.name();
        long process = victim.process();
        if (fault.isPause()) {
            pause(victim);
        } else {
            victim.kill();
        }
        // What it was busy with when it was hit stays so until others notice.
        boolean isHit = victims.isIn(fault.victim(), name, process);
        if (isHit) {
            hits.merge(fault, 1, Integer::sum);
        }
        return isHit;
    }

    private void pause(Workers.Place victim) throws IOException, InterruptedException {
        victim.pause();
        paused.add(clock.schedule(
                () -> {
                    victim.resume();
                    return null;
                },
                plan.pause().toMillis(),
                TimeUnit.MILLISECONDS));
    }

    private static void await(ScheduledFuture<?> paused) throws InterruptedException {
        try {
            paused.get();
        } catch (ExecutionException failed) {
            throw new IllegalStateException("a worker could not go on", failed);
        }
    }

    /** Asks for the exports of the first learners, as far as that was not done. */
    private void ask(List<Learner> learners, int number) throws IOException, SQLException {
        for (Learner learner : learners.subList(Math.min(asked.size(), number), number)) {
            asked.add(new Event.Asked(Instant.now(), subject.ask(learner.id()), learner.content()));
        }
    }

    // One who was paused may still write when everything has been delivered, so a moment of silence follows.
    private void awaitQuiet(Workers workers, DatabaseWitness witness, ObjectWitness objects)
            throws IOException, SQLException, InterruptedException {
        long lastEvent = System.nanoTime();
        int before = -1;
        while (true) {
            List<Event> events = witness.events();
            if (events.size() != before) {
                before = events.size();
                lastEvent = System.nanoTime();
            }
            Set<String> over = new HashSet<>();
            for (Event event : events) {
                if (event instanceof Event.Published published) {
                    over.add(published.export());
                } else if (event instanceof Event.GivenUp givenUp) {
                    over.add(givenUp.export());
                }
            }
            Duration silence = Duration.ofNanos(System.nanoTime() - lastEvent);
            boolean isAllOver = over.size() >= asked.size();
            if (silence.compareTo(isAllOver ? Duration.ofSeconds(3) : plan.quiet()) > 0) {
                return;
            }
            objects.look();
            TimeUnit.MILLISECONDS.sleep(500);
            workers.restartEnded();
        }
    }
}
