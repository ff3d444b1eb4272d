package dev.satchel.batchexport.bench.measure;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.OptionalDouble;

/** Measures the time and the CPU time of work in this process, in processes that it waits for, and on the server. */
public final class Meter {

    private static final double NANOS = 1e9;

    private final OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private final ServerProcesses server;

    public Meter(ServerProcesses server) {
        this.server = server;
    }

    /** @param residents processes that live through the measurement */
    Running start(List<ProcessHandle> residents) {
        // This measurement must not pay for the garbage of the one before.
        System.gc();
        return new Running(residents, clientSeconds(residents), server.cpuSeconds(), System.nanoTime());
    }

    private double clientSeconds(List<ProcessHandle> residents) {
        double ended = ProcessTimes.of(ProcessHandle.current().pid())
                .map(self -> ProcessTimes.seconds(self.ended()))
                .orElse(0.0);
        double living = residents.stream()
                .mapToDouble(resident -> ProcessTimes.of(resident.pid())
                        .map(times -> ProcessTimes.seconds(times.own()))
                        .orElse(0.0))
                .sum();
        return system.getProcessCpuTime() / NANOS + ended + living;
    }

    /** A measurement that goes on. */
    final class Running {

        private final List<ProcessHandle> residents;
        private final double client;
        private final OptionalDouble before;
        private final long began;

        private Running(List<ProcessHandle> residents, double client, OptionalDouble before, long began) {
            this.residents = residents;
            this.client = client;
            this.before = before;
            this.began = began;
        }

        Cost stop() {
            long ended = System.nanoTime();
            double used = clientSeconds(residents) - client;
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
