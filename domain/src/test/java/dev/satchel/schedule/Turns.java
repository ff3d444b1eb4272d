package dev.satchel.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs actors on threads of their own, but only one at a time. At each {@linkplain #point point} the search decides
 * which goes on, so that a schedule is a function of its decisions. The threads serve one schedule after the other.
 */
public final class Turns implements AutoCloseable {

    private final List<Seat> seats = new ArrayList<>();
    private final List<String> trace = new ArrayList<>();
    private Search search = new RandomSearch(0);
    private int playing;
    private @Nullable Throwable escaped;
    private @Nullable Thread stage;
    private volatile @Nullable Seat turn;
    private volatile boolean closed;

    /** Runs all actors to their ends. */
    void play(List<Runnable> actors, Search decisions) {
        search = decisions;
        stage = Thread.currentThread();
        trace.clear();
        escaped = null;
        playing = actors.size();
        while (seats.size() < playing) {
            Seat seat = new Seat(seats.size());
            seats.add(seat);
            seat.start();
        }
        for (int each = 0; each < playing; each++) {
            seats.get(each).actor = actors.get(each);
        }
        give(next(-1));
        while (turn != null) {
            LockSupport.park(this);
        }
        Throwable failed = escaped;
        if (failed != null) {
            throw new IllegalStateException("an actor failed: " + failed, failed);
        }
    }

    /** Lets another actor go on here, if the search decides so. Does nothing outside of an actor. */
    public void point(String call) {
        if (Thread.currentThread() instanceof Seat running) {
            Seat next = next(running.index);
            if (next != running) {
                give(next);
                running.await();
            }
            trace.add(running.index + ": " + call);
        }
    }

    /** One of the outcomes of a call; the usual one, 0, outside of an actor. */
    public int choose(int outcomes) {
        if (!(Thread.currentThread() instanceof Seat running)) {
            return 0;
        }
        int outcome = search.choose(outcomes);
        if (outcome > 0) {
            trace.add(running.index + ": outcome " + outcome);
        }
        return outcome;
    }

    /** The calls of the schedule, in order, each with the number of its actor. */
    List<String> trace() {
        return List.copyOf(trace);
    }

    private @Nullable Seat next(int running) {
        int count = 0;
        for (int each = 0; each < playing; each++) {
            count += seats.get(each).actor == null ? 0 : 1;
        }
        if (count == 0) {
            return null;
        }
        int[] ready = new int[count];
        int filled = 0;
        for (int each = 0; each < playing; each++) {
            if (seats.get(each).actor != null) {
                ready[filled++] = each;
            }
        }
        return seats.get(search.turn(running, ready));
    }

    private void give(@Nullable Seat next) {
        turn = next;
        LockSupport.unpark(next == null ? stage : next);
    }

    @Override
    public void close() {
        closed = true;
        seats.forEach(LockSupport::unpark);
    }

    /** The thread of one actor; which one has the turn orders all that they do. */
    private final class Seat extends Thread {

        private final int index;
        private @Nullable Runnable actor;

        Seat(int index) {
            super("actor-" + index);
            this.index = index;
            setDaemon(true);
        }

        void await() {
            while (turn != this && !closed) {
                LockSupport.park(Turns.this);
            }
        }

        @Override
        public void run() {
            for (await(); !closed; await()) {
                Runnable playing = actor;
                try {
                    if (playing != null) {
                        playing.run();
                    }
                } catch (Throwable failed) {
                    escaped = escaped == null ? failed : escaped;
                }
                actor = null;
                give(next(-1));
            }
        }
    }
}
