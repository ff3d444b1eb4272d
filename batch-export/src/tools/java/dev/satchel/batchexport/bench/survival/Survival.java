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
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One run: exports are asked for while workers are killed and paused, until all is quiet and the judge speaks.
 *
 * <p>A worker is hit while it is busy, as far as the table shows it, after a random moment: an idle one has nothing to lose.
 * Only such hits are counted.
 */
public final class Survival {

    private static final Duration LONGEST_WAIT_FOR_WORK = Duration.ofSeconds(10);
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(10);
    private static final int LONGEST_DELAY_MILLIS = 150;

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
    private final Map<Fault, Integer> helpersHit = new EnumMap<>(Fault.class);
    private boolean haveHelped;
    private int longestDelayMillis = LONGEST_DELAY_MILLIS;
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
            lastFault = disturb(workers, witness, objects, learners);
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

    private Instant disturb(Workers workers, DatabaseWitness witness, ObjectWitness objects, List<Learner> learners)
            throws IOException, SQLException, InterruptedException {
        int done = 0;
        Deque<ScheduledFuture<?>> paused = new ArrayDeque<>();
        for (int number = 0; number < plan.faults().size(); number++) {
            int next = (int) ((long) plan.exports() * (number + 1) / plan.faults().size());
            ask(learners.subList(done, next));
            done = next;
            Fault fault = plan.faults().get(number);
            switch (fault) {
                case KILL -> {
                    Workers.Place victim = victim(workers, witness);
                    String name = victim.name();
                    noteHelper(fault, victim, workers, witness);
                    victim.kill();
                    count(fault, name, witness);
                }
                case PAUSE -> {
                    // One worker at least goes on.
                    while (paused.size() >= Math.max(1, plan.workers() - 1)) {
                        await(paused.remove());
                    }
                    Workers.Place victim = victim(workers, witness);
                    noteHelper(fault, victim, workers, witness);
                    victim.pause();
                    count(fault, victim.name(), witness);
                    paused.add(clock.schedule(
                            () -> {
                                victim.resume();
                                return null;
                            },
                            plan.pause().toMillis(),
                            TimeUnit.MILLISECONDS));
                }
                default -> network.suffer(fault);
            }
            objects.look();
            TimeUnit.MILLISECONDS.sleep(random.nextInt(1 + (int) plan.gap().toMillis() * 2));
            workers.restartEnded();
        }
        ask(learners.subList(done, learners.size()));
        for (ScheduledFuture<?> each : paused) {
            await(each);
        }
        return Instant.now();
    }

    private static void await(ScheduledFuture<?> paused) throws InterruptedException {
        try {
            paused.get();
        } catch (ExecutionException failed) {
            throw new IllegalStateException("a worker could not go on", failed);
        }
    }

    private void ask(List<Learner> learners) throws IOException, SQLException {
        for (Learner learner : learners) {
            asked.add(new Event.Asked(Instant.now(), subject.ask(learner.id()), learner.content()));
        }
    }

    private Workers.Place victim(Workers workers, DatabaseWitness witness) throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + LONGEST_WAIT_FOR_WORK.toNanos();
        boolean isHelperWanted = haveHelped && random.nextBoolean();
        while (System.nanoTime() < deadline) {
            List<Workers.Place> busy = busy(workers, witness);
            if (isHelperWanted) {
                // Hit at once, because a part takes but a moment.
                Set<String> joining = witness.busy().keySet();
                List<Workers.Place> helping = helping(workers).stream()
                        .filter(place -> !joining.contains(place.name()))
                        .toList();
                if (!helping.isEmpty()) {
                    return helping.get(random.nextInt(helping.size()));
                }
            } else if (!busy.isEmpty()) {
                Workers.Place victim = busy.get(random.nextInt(busy.size()));
                TimeUnit.MILLISECONDS.sleep(random.nextInt(longestDelayMillis));
                if (busy(workers, witness).contains(victim)) {
                    return victim;
                }
                // This system's exports take less.
                longestDelayMillis = Math.max(1, longestDelayMillis / 2);
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_INTERVAL.toMillis());
        }
        List<Workers.Place> idle = workers.running();
        return idle.get(random.nextInt(idle.size()));
    }

    private List<Workers.Place> busy(Workers workers, DatabaseWitness witness) throws SQLException {
        return Stream.concat(
                        witness.busy().keySet().stream()
                                .sorted()
                                .flatMap(name -> workers.running(name).stream()),
                        helping(workers).stream())
                .distinct()
                .toList();
    }

    private List<Workers.Place> helping(Workers workers) throws SQLException {
        Set<Long> helpers = subject.helpers();
        haveHelped = haveHelped || !helpers.isEmpty();
        return helpers.stream()
                .flatMap(process -> workers.running(process).stream())
                .toList();
    }

    // What a worker delivers for others is over as soon as these notice that it is gone.
    private void noteHelper(Fault fault, Workers.Place victim, Workers workers, DatabaseWitness witness)
            throws SQLException {
        if (!witness.busy().containsKey(victim.name()) && helping(workers).contains(victim)) {
            helpersHit.merge(fault, 1, Integer::sum);
        }
    }

    /** How many workers each fault has hit that had taken up no export and delivered parts of those of others. */
    public Map<Fault, Integer> helpersHit() {
        return Map.copyOf(helpersHit);
    }

    // What it was busy with when it was hit stays so until its lease ends.
    private void count(Fault fault, String worker, DatabaseWitness witness) throws SQLException {
        if (witness.busy().containsKey(worker)) {
            hits.merge(fault, 1, Integer::sum);
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
