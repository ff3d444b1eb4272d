package dev.satchel;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Ends the blocking steps of one attempt from another thread. A step registers how it is aborted while it may block.
 * Safe for use by many threads.
 */
public final class AbortSignal {

    private final Set<Registration> registered = new LinkedHashSet<>();
    private boolean aborted;

    /**
     * Aborts what is registered. May be called again while a step has not ended: each call runs each action again,
     * because an action that came too early has no effect.
     */
    public synchronized void abort() {
        aborted = true;
        registered.forEach(registration -> registration.action.run());
    }

    /** Whether {@link #abort} was called. */
    public synchronized boolean isAborted() {
        return aborted;
    }

    /**
     * Registers a step until the registration is closed. The action is also run at once if the signal was given
     * before. It must not throw, and does not run any more when {@link Registration#close} has returned.
     */
    public synchronized Registration register(Runnable action) {
        Registration registration = new Registration(action);
        registered.add(registration);
        if (aborted) {
            action.run();
        }
        return registration;
    }

    /** One step that may block. */
    public final class Registration implements AutoCloseable {

        private final Runnable action;

        private Registration(Runnable action) {
            this.action = action;
        }

        @Override
        public void close() {
            synchronized (AbortSignal.this) {
                registered.remove(this);
            }
        }
    }
}
