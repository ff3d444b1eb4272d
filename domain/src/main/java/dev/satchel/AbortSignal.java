package dev.satchel;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Ends the blocking steps of one attempt from another thread. A step registers how it is aborted while it may block.
 * Safe for use by many threads.
 */
public final class AbortSignal {

    private final Set<Registration> registered = new LinkedHashSet<>();
    // Asked for each record: without the lock, which abort() and register() need to agree on who runs an action.
    private volatile boolean aborted;

    /**
     * Aborts what is registered. May be called again while a step has not ended: each call runs each action again,
     * because an action that came too early has no effect. An action that throws does not keep the others from running.
     */
    public void abort() {
        // A copy, so that a step can begin or end while an action waits for a server.
        List<Registration> steps;
        synchronized (this) {
            aborted = true;
            steps = List.copyOf(registered);
        }
        steps.forEach(Registration::run);
    }

    /** Whether {@link #abort} was called. */
    public boolean isAborted() {
        return aborted;
    }

    /**
     * Registers a step until the registration is closed. The action is also run at once if the signal was given
     * before. It does not run any more when {@link Registration#close} has returned.
     */
    public Registration register(Runnable action) {
        Registration registration = new Registration(action);
        boolean late;
        synchronized (this) {
            registered.add(registration);
            late = aborted;
        }
        if (late) {
            registration.run();
        }
        return registration;
    }

    /** One step that may block. */
    public final class Registration implements AutoCloseable {

        private final Runnable action;
        private boolean closed;

        private Registration(Runnable action) {
            this.action = action;
        }

        // With the lock of this step alone, so that close waits for its own action and for no other.
        private synchronized void run() {
            if (closed) {
                return;
            }
            try {
                action.run();
            } catch (RuntimeException | Error failed) {
                // The signal is repeated until the step has ended.
                return;
            }
        }

        @Override
        public void close() {
            synchronized (AbortSignal.this) {
                registered.remove(this);
            }
            synchronized (this) {
                closed = true;
            }
        }
    }
}
