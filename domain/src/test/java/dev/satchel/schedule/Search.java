package dev.satchel.schedule;

/** Decides who goes on at each point of a schedule, for one schedule after the other. Used by one thread at a time. */
public interface Search {

    /** Begins another schedule; false if none is left. */
    boolean next();

    /**
     * Decides which actor goes on.
     *
     * @param running the actor that has run until now; -1 if it has ended, or none has run yet
     * @param ready the actors that have not ended, in order; {@code running} is among them unless it is -1
     */
    int turn(int running, int[] ready);

    /** Decides between the outcomes of a call, such as an answer and a lost answer; 0 is the usual one. */
    int choose(int outcomes);

    /** The number of different schedules so far. */
    long distinct();
}
