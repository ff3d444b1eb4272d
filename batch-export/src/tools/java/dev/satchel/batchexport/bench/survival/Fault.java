package dev.satchel.batchexport.bench.survival;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What is done to a system. */
public enum Fault {

    /** SIGKILL to a worker that is busy; another is started at once. */
    KILL,

    /** SIGSTOP to a worker that is busy, for longer than its lease, and SIGCONT. */
    PAUSE,

    /** SIGKILL to a worker that joins the parts of an export. */
    KILL_JOINING,

    /** SIGSTOP and SIGCONT to a worker that joins the parts of an export. */
    PAUSE_JOINING,

    /** SIGKILL to a worker that delivers a part of an export, and has taken up none. */
    KILL_OF_PARTS,

    /** SIGSTOP and SIGCONT to a worker that delivers a part of an export, and has taken up none. */
    PAUSE_OF_PARTS,

    /** Every connection to the database is reset. */
    DATABASE_RESET,

    /** What goes to the database does not arrive for some seconds. */
    DATABASE_SILENCE,

    /** Every connection to the store is reset. */
    STORE_RESET,

    /** What goes to the store does not arrive for some seconds. */
    STORE_SILENCE,

    /** The store answers some requests with 500. */
    STORE_ERRORS,

    /** PostgreSQL is shut down, and started again. */
    DATABASE_RESTART,

    /** Connections to the channel of requests for parts are reset while an export is joined. */
    CHANNEL_RESET,

    /** The channel takes no connection for some seconds while an export is joined. */
    CHANNEL_REFUSAL,

    /** What goes to the channel does not arrive for some seconds while an export is joined. */
    CHANNEL_SILENCE,

    /** SIGKILL to the server of the channel while an export is joined; it is started again after some seconds. */
    CHANNEL_KILL,

    /** The server of the channel is shut down while an export is joined, and started again after some seconds. */
    CHANNEL_STOP;

    /** Whether it hits a worker, and not a server or the network. */
    boolean isOfWorkers() {
        return isPause() || this == KILL || this == KILL_JOINING || this == KILL_OF_PARTS;
    }

    boolean isPause() {
        return this == PAUSE || this == PAUSE_JOINING || this == PAUSE_OF_PARTS;
    }

    /** The worker that it hits, or that must be there. */
    Victims.Role victim() {
        return switch (this) {
            case KILL_OF_PARTS, PAUSE_OF_PARTS -> Victims.Role.OF_PARTS;
            case KILL_JOINING,
                    PAUSE_JOINING,
                    CHANNEL_RESET,
                    CHANNEL_REFUSAL,
                    CHANNEL_SILENCE,
                    CHANNEL_KILL,
                    CHANNEL_STOP -> Victims.Role.JOINING;
            default -> Victims.Role.BUSY;
        };
    }

    /** So many of each, in an order that follows from the seed. */
    public static List<Fault> plan(Map<Fault, Integer> numbers, long seed) {
        List<Fault> plan = new ArrayList<>();
        numbers.forEach((fault, number) -> plan.addAll(Collections.nCopies(number, fault)));
        Collections.sort(plan);
        Collections.shuffle(plan, new Random(seed));
        return plan;
    }
}
