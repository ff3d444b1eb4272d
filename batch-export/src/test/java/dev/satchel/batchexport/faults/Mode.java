package dev.satchel.batchexport.faults;

import java.util.Locale;

/** What happens at a point of a run. */
enum Mode {

    /** The request is refused, or fails without having been executed. Later ones succeed. */
    FAILS_ONCE,

    /** This request is refused and so is every later one, until the worker is told to stop. */
    FAILS_FROM_HERE_ON,

    /** The process is killed before the request leaves it. */
    KILLED_BEFORE,

    /** The process is killed after the request was executed, before it sees the answer. */
    KILLED_AFTER,

    /** The request is executed, and the connection breaks before the answer arrives. */
    ANSWER_LOST,

    /** The process stands still; its lease expires, another worker delivers everything, a clean-up runs; it goes on. */
    PAUSED_UNTIL_DELIVERED,

    /**
     * The process stands still for longer than the grace of the clean-up; another worker holds all exports when it goes on,
     * and dies after that.
     */
    PAUSED_UNTIL_RECLAIMED,

    /** The process is slow: it stands still for a day, while its heartbeats go on and a clean-up runs. */
    SLOW,

    /**
     * The process is killed while the request is on its way; another worker delivers everything, a clean-up runs; then the
     * request arrives and is executed.
     */
    ARRIVES_LATE;

    /** Whether the process goes on by itself and ends by itself. */
    boolean survives() {
        return switch (this) {
            case KILLED_BEFORE, KILLED_AFTER, ARRIVES_LATE -> false;
            default -> true;
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
