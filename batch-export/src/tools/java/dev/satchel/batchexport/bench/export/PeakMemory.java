package dev.satchel.batchexport.bench.export;

import dev.satchel.batchexport.cli.SatchelCommand;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.log.ProgramLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** A command of Satchel in a JVM of its own with a small heap, and the most memory that the process ever held. */
final class PeakMemory {

    private static final String PEAK = "VmHWM:";

    private PeakMemory() {}

    /** The process itself: runs a command, and prints its peak as Linux counts it. */
    public static void main(String[] args) throws IOException {
        ProgramLog.configure();
        int exit = SatchelCommand.run(Console.ofProcess(), args);
        Path status = Path.of("/proc/self/status");
        for (String line : Files.exists(status) ? Files.readAllLines(status) : List.<String>of()) {
            if (line.startsWith(PEAK)) {
                System.out.println(line);
            }
        }
        System.exit(exit);
    }

    /**
     * Runs a command of Satchel.
     *
     * @return the peak in bytes; empty where the system does not tell
     */
    static OptionalLong of(String heap, Map<String, String> environment, String... command) throws IOException {
        ProcessBuilder builder = ChildJvm.of(List.of("-Xmx" + heap), PeakMemory.class, command);
        builder.environment().putAll(environment);
        Process process = builder.redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit;
        try {
            exit = process.waitFor();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
        if (exit != 0) {
            throw new IllegalStateException(
                    "'satchel " + String.join(" ", command) + "' with a heap of " + heap + " ended with " + exit + ": " + out);
        }
        return out.lines()
                .filter(line -> line.startsWith(PEAK))
                .mapToLong(line -> 1024
                        * Long.parseLong(
                                line.substring(PEAK.length()).replace("kB", "").strip()))
                .findFirst();
    }
}
