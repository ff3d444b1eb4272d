package dev.satchel.batchexport.bench.measure;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.OptionalDouble;

/** Measures the time and the CPU time of work in this process, in processes that it waits for, and on the server. */
public final class Meter {

    private static final double NANOS = 1e9;

    private final OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private final ServerProcesses server;

    public Meter(ServerProcesses server) {
        this.server = server;
    }

    Running start() {
        // This measurement must not pay for the garbage of the one before.
        System.gc();
        return new Running(clientSeconds(), server.cpuSeconds(), System.nanoTime());
    }

    private double clientSeconds() {
        return system.getProcessCpuTime() / NANOS
                + ProcessTimes.of(ProcessHandle.current().pid())
                        .map(self -> ProcessTimes.seconds(self.ended()))
                        .orElse(0.0);
    }

    /** A measurement that goes on. */
    final class Running {

        private final double client;
        private final OptionalDouble before;
        private final long began;

        private Running(double client, OptionalDouble before, long began) {
            this.client = client;
            this.before = before;
            this.began = began;
        }

        Cost stop() {
            long ended = System.nanoTime();
            double used = clientSeconds() - client;
            OptionalDouble after = server.cpuSeconds();
            return new Cost(
                    (ended - began) / NANOS,
                    used,
                    before.isPresent() && after.isPresent()
                            ? OptionalDouble.of(after.getAsDouble() - before.getAsDouble())
                            : OptionalDouble.empty());
        }
    }
}
