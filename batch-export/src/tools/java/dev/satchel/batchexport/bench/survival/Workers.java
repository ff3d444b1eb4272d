package dev.satchel.batchexport.bench.survival;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The worker processes of a system, each started again at once when it has ended, as a service manager does it. None outlives
 * this process, not even one that is paused.
 */
final class Workers implements AutoCloseable {

    private final Subject subject;
    private final Path logs;
    private final List<Place> places = new ArrayList<>();
    private final Thread killAtExit = new Thread(this::killAll, "kill-workers");
    private boolean isExiting;

    /** Starts that many. Each writes what it prints into a file of its own in {@code logs}. */
    Workers(Subject subject, int number, Path logs) throws IOException {
        this.subject = subject;
        this.logs = logs;
        Runtime.getRuntime().addShutdownHook(killAtExit);
        for (int place = 1; place <= number; place++) {
            places.add(new Place(place));
        }
    }

    /** The worker whose process has that name, if it runs and is not paused. */
    synchronized Optional<Place> running(String name) {
        return places.stream()
                .filter(place -> !place.isPaused && place.name().equals(name))
                .findFirst();
    }

    /** The worker with that process, if it runs and is not paused. */
    synchronized Optional<Place> running(long process) {
        return places.stream()
                .filter(place -> !place.isPaused && place.process.pid() == process)
                .findFirst();
    }

    /** Every worker that is not paused. */
    synchronized List<Place> running() {
        return places.stream().filter(place -> !place.isPaused).toList();
    }

    /** Starts again whichever worker has ended by itself. */
    synchronized void restartEnded() throws IOException {
        for (Place place : places) {
            if (!place.process.isAlive()) {
                place.start();
            }
        }
    }

    /** How often a worker was started. */
    synchronized int starts() {
        return places.stream().mapToInt(place -> place.starts).sum();
    }

    // SIGKILL also ends a process that SIGSTOP has stopped.
    private synchronized void killAll() {
        isExiting = true;
        for (Place place : places) {
            place.process.destroyForcibly();
        }
    }

    /** Tells all to stop, and kills those that take longer than half a minute. */
    @Override
    public synchronized void close() throws IOException {
        try {
            for (Place place : places) {
                place.resume();
                place.process.destroy();
            }
            for (Place place : places) {
                if (!place.process.waitFor(30, TimeUnit.SECONDS)) {
                    place.process.destroyForcibly().waitFor();
                }
            }
        } catch (InterruptedException interrupted) {
            places.forEach(place -> place.process.destroyForcibly());
            Thread.currentThread().interrupt();
        }
        if (!isExiting) {
            Runtime.getRuntime().removeShutdownHook(killAtExit);
        }
    }

    /** One worker, whose process changes. */
    final class Place {

        private final int number;
        private int starts;
        private boolean isPaused;
        private Process process;

        private Place(int number) throws IOException {
            this.number = number;
            start();
        }

        /** Of the process that runs now. */
        String name() {
            return "worker-" + number + "." + starts;
        }

        /** The number of the process that runs now. */
        long process() {
            return process.pid();
        }

        private void start() throws IOException {
            if (isExiting) {
                throw new IOException("no worker is started while this process ends");
            }
            starts++;
            process = subject.worker(number, name())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            logs.resolve("worker-" + number + ".log").toFile()))
                    .start();
        }

        /** Ends the process by SIGKILL, and starts another. */
        void kill() throws IOException, InterruptedException {
            synchronized (Workers.this) {
                process.destroyForcibly().waitFor();
                start();
            }
        }

        /** Stops the process by SIGSTOP, until {@link #resume}. */
        void pause() throws IOException, InterruptedException {
            synchronized (Workers.this) {
                isPaused = true;
                signal("-STOP");
            }
        }

        void resume() throws IOException, InterruptedException {
            synchronized (Workers.this) {
                if (isPaused) {
                    signal("-CONT");
                    isPaused = false;
                }
            }
        }

        private void signal(String signal) throws IOException, InterruptedException {
            new ProcessBuilder("kill", signal, String.valueOf(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
        }
    }
}
