package dev.satchel.batchexport.bench.export;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.OptionalDouble;

/** Measures the time and the CPU time of work in this process and on its server. */
final class Meter {

    private static final double NANOS = 1e9;

    private final OperatingSystemMXBean system =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private final ServerProcesses server;

    Meter(ServerProcesses server) {
        this.server = server;
    }

    /** Begins to measure. */
    Running start() {
        // Garbage of the one before is not to be collected at the cost of this one.
        System.gc();
        return new Running(system.getProcessCpuTime(), server.cpuSeconds(), System.nanoTime());
    }

    /** A measurement that goes on. */
    final class Running {

        private final long client;
        private final OptionalDouble before;
        private final long began;

        private Running(long client, OptionalDouble before, long began) {
            this.client = client;
            this.before = before;
            this.began = began;
        }

        Cost stop() {
            long ended = System.nanoTime();
            long used = system.getProcessCpuTime() - client;
            OptionalDouble after = server.cpuSeconds();
            return new Cost(
                    (ended - began) / NANOS,
                    used / NANOS,
                    before.isPresent() && after.isPresent()
                            ? OptionalDouble.of(after.getAsDouble() - before.getAsDouble())
                            : OptionalDouble.empty());
        }
    }
}
