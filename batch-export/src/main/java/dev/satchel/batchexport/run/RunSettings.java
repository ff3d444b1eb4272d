package dev.satchel.batchexport.run;

import dev.satchel.batchexport.run.partition.PartitionSettings;
import dev.satchel.batchexport.run.stop.StopSignal;

/**
 * What one run of a worker is told.
 *
 * @param worker names the worker in the leases it takes
 * @param concurrency how many exports it delivers side by side; 0 for a run until it is told to stop that delivers parts of
 *     other workers' exports and nothing else
 * @param end when it ends
 * @param stop ends the run before that
 */
public record RunSettings(String worker, int concurrency, End end, StopSignal stop) {

    /** When a run ends. */
    public enum End {
        /** When no export can be claimed at this moment. */
        NOTHING_DUE,
        /** When no export waits any more, for its turn, its next attempt or the end of a lease. */
        NOTHING_LEFT,
        /** When it is told to stop. */
        STOPPED
    }

    /** More than this would only queue for the database and the network. */
    public static final int MOST = 64;

    public RunSettings {
        if (concurrency != 0 || end != End.STOPPED) {
            requireConcurrency("the concurrency", concurrency);
        }
    }

    /** Whether it goes on when nothing waits any more. */
    boolean watch() {
        return end == End.STOPPED;
    }

    /**
     * Refuses a number of exports that cannot be delivered side by side.
     *
     * @param what names the value in the exception
     * @throws IllegalArgumentException if it is not from 1 to {@value #MOST}
     */
    public static void requireConcurrency(String what, int exports) {
        if (exports < 1 || exports > MOST) {
            throw new IllegalArgumentException(what + " must be a whole number from 1 to " + MOST + ", was " + exports);
        }
    }

    /**
     * How many connections a run uses at most: two per export, and some for heartbeats and the run's record.
     *
     * @throws IllegalArgumentException if that many exports cannot be delivered side by side
     */
    public static int connections(int concurrency) {
        requireConcurrency("the concurrency", concurrency);
        return 2 * concurrency + 4;
    }

    /**
     * The same of a run that delivers parts, too. It may deliver nothing else: then its concurrency is 0.
     *
     * @throws IllegalArgumentException as {@link #connections(int)}
     */
    public static int connections(int concurrency, PartitionSettings partition) {
        return partition.connections() + (concurrency == 0 && partition.isOn() ? 4 : connections(concurrency));
    }
}
