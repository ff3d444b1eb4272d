package dev.satchel.batchexport.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The CPU time of a process as Linux counts it, in units of 10 ms; see proc(5).
 *
 * @param parent the process that started it
 * @param own ticks of the process itself
 * @param ended ticks of its children that have ended
 */
record ProcessTimes(long parent, long own, long ended) {

    /** {@code USER_HZ}, which Linux has fixed for programs. */
    private static final double TICKS_PER_SECOND = 100;

    // After the name in parentheses, which may hold spaces, the fields count from 3.
    private static final int FIRST_FIELD = 3;
    private static final int PARENT = 4;
    private static final int USER = 14;
    private static final int SYSTEM = 15;
    private static final int USER_OF_ENDED = 16;
    private static final int SYSTEM_OF_ENDED = 17;

    /** Empty if there is no such process, or if the system has no {@code /proc}. */
    static Optional<ProcessTimes> of(long pid) {
        String line;
        try {
            line = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        } catch (IOException endedOrNotLinux) {
            return Optional.empty();
        }
        String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
        return Optional.of(new ProcessTimes(
                field(fields, PARENT),
                field(fields, USER) + field(fields, SYSTEM),
                field(fields, USER_OF_ENDED) + field(fields, SYSTEM_OF_ENDED)));
    }

    private static long field(String[] fields, int number) {
        return Long.parseLong(fields[number - FIRST_FIELD]);
    }

    static double seconds(long ticks) {
        return ticks / TICKS_PER_SECOND;
    }
}
