package dev.satchel.batchexport.bench.survival;

import java.io.IOException;

/** Does to servers and connections what a {@link Fault} says. */
@FunctionalInterface
public interface Network {

    /** A network without faults. */
    Network SOUND = fault -> {
        throw new IllegalArgumentException("this network cannot fail: " + fault);
    };

    /** Begins the fault, and ends it. */
    void suffer(Fault fault) throws IOException, InterruptedException;
}
