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
    DATABASE_RESTART;

    /** So many of each, in an order that follows from the seed. */
    public static List<Fault> plan(Map<Fault, Integer> numbers, long seed) {
        List<Fault> plan = new ArrayList<>();
        numbers.forEach((fault, number) -> plan.addAll(Collections.nCopies(number, fault)));
        Collections.sort(plan);
        Collections.shuffle(plan, new Random(seed));
        return plan;
    }
}
