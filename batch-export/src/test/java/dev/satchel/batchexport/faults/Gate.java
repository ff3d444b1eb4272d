package dev.satchel.batchexport.faults;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Numbers the requests of one process, and decides what happens to each. Those who carry requests ask before they send
 * one, and do what the verdict says.
 *
 * <p>Each kind is counted by itself, because a worker reads from the database while it sends to the store. Safe for use by
 * many threads.
 */
final class Gate {

    private static final long LONGEST_WAIT = TimeUnit.SECONDS.toMillis(60);

    /** UUIDs, and random bits in hexadecimal. */
    private static final Pattern IDS =
            Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|[0-9a-f]{16}");

    private final @Nullable Fault fault;
    private final Map<Kind, List<Point>> points = new EnumMap<>(Kind.class);
    private final List<Runnable> connections = new ArrayList<>();
    private boolean struck;
    private boolean failing;
    private boolean standing;
    private boolean dead;
    private boolean arrived;
    private int failures;

    private Gate(@Nullable Fault fault) {
        this.fault = fault;
        for (Kind kind : Kind.values()) {
            points.put(kind, new ArrayList<>());
        }
    }

    /** What a request is made to. */
    enum Kind {
        SQL,
        S3,
        FILE
    }

    /** A request of a run: the how many-th of its kind, and what it says, without values. */
    record Point(Kind kind, int number, String text) {}

    /** What happens at which point. */
    record Fault(Kind kind, int number, Mode mode) {}

    /** What a carrier does with a request. */
    enum Verdict {
        PASS,
        /** Refuse it. */
        FAIL,
        /** Refuse it unless it only ends what failed before, such as ROLLBACK. */
        STILL_FAILING,
        /** Send it, and break the connection instead of handing over the answer. */
        LOSE_ANSWER,
        /** Send it, and {@link #kill} the process when it was executed. */
        DIE_AFTERWARDS,
        /** The process is dead and its end of the connection gone: send it all the same, and call {@link #arrived}. */
        ARRIVE_LATE,
        /** The process is dead: send nothing. */
        DEAD
    }

    /** The text of a request without what is another one in each run. */
    static String withoutIds(String text) {
        return IDS.matcher(text).replaceAll("…");
    }

    /** Lets everything pass. */
    static Gate open() {
        return new Gate(null);
    }

    /** Lets everything pass but what the fault says. */
    static Gate with(Fault fault) {
        return new Gate(fault);
    }

    /** Adds what ends the process's connections when it is killed. */
    synchronized void onKill(Runnable connection) {
        connections.add(connection);
    }

    /**
     * Decides about a request, which waits here while the process stands still.
     *
     * @param numbered whether it is a point; what a clock triggers is none, because it comes at another place each time
     */
    synchronized Verdict arrive(Kind kind, String text, boolean numbered) {
        if (dead) {
            return Verdict.DEAD;
        }
        awaitEnd(() -> !standing);
        if (dead) {
            return Verdict.DEAD;
        }
        if (numbered) {
            List<Point> before = points.get(kind);
            before.add(new Point(kind, before.size() + 1, text));
            if (fault != null && fault.kind() == kind && fault.number() == before.size()) {
                return strike(fault.mode());
            }
        }
        if (failing) {
            failures++;
            notifyAll();
            return Verdict.STILL_FAILING;
        }
        return Verdict.PASS;
    }

    private Verdict strike(Mode mode) {
        struck = mode != Mode.KILLED_AFTER;
        notifyAll();
        switch (mode) {
            case FAILS_ONCE:
                return Verdict.FAIL;
            case FAILS_FROM_HERE_ON:
                failing = true;
                failures++;
                return Verdict.FAIL;
            case ANSWER_LOST:
                return Verdict.LOSE_ANSWER;
            case KILLED_AFTER:
                return Verdict.DIE_AFTERWARDS;
            case KILLED_BEFORE:
                kill();
                return Verdict.DEAD;
            case ARRIVES_LATE:
                standing = true;
                kill();
                awaitEnd(() -> !standing);
                return Verdict.ARRIVE_LATE;
            default:
                standing = true;
                awaitEnd(() -> !standing);
                return dead ? Verdict.DEAD : Verdict.PASS;
        }
    }

    /** Ends the process: nothing is sent any more, and its connections break. */
    synchronized void kill() {
        dead = true;
        connections.forEach(Runnable::run);
        connections.clear();
        struck = true;
        notifyAll();
    }

    /** Says that a late request was executed. */
    synchronized void arrived() {
        arrived = true;
        notifyAll();
    }

    /** Lets the process, or the request that is late, go on. */
    synchronized void release() {
        standing = false;
        notifyAll();
    }

    synchronized boolean hasStruck() {
        return struck;
    }

    /** How many requests were refused from the point on. */
    synchronized int failures() {
        return failures;
    }

    synchronized void awaitArrival() {
        awaitEnd(() -> arrived);
    }

    /** The points of that kind so far. */
    synchronized List<Point> points(Kind kind) {
        return List.copyOf(points.get(kind));
    }

    private void awaitEnd(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONGEST_WAIT);
        boolean interrupted = false;
        while (!condition.getAsBoolean()) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new IllegalStateException("a request stood still for a minute");
            }
            try {
                wait(left);
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
