package dev.satchel.batchexport.bench.export;

import dev.satchel.UserId;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.migrations.SampleDatabase;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** How much memory {@code export run} holds at most, and whether that grows with the rows. */
final class MemoryBench {

    private static final String HEAP = "64m";
    private static final double MEGA = 1e6;

    private final SampleDatabase database;
    private final Sinks sinks;
    private final Consumer<String> out;

    MemoryBench(SampleDatabase database, Sinks sinks, Consumer<String> out) {
        this.database = database;
        this.sinks = sinks;
        this.out = out;
    }

    /** Exports the data of both users in each format to each sink, each in a JVM of its own. */
    void measure(UserId few, UserId many, String dataset, List<String> formats, List<String> into) throws IOException {
        out.accept(String.format(
                Locale.ROOT,
                "%-9s %-10s %14s %14s %8s   resident at most, with -Xmx%s",
                "format",
                "sink",
                "a tenth, MB",
                "all rows, MB",
                "growth",
                HEAP));
        for (String format : formats) {
            for (String sink : into) {
                OptionalLong small = peak(few, dataset, format, sink);
                OptionalLong large = peak(many, dataset, format, sink);
                if (small.isEmpty() || large.isEmpty()) {
                    out.accept(String.format(
                            Locale.ROOT, "%-9s %-10s delivered; this system has no /proc to tell", format, sink));
                } else {
                    out.accept(String.format(
                            Locale.ROOT,
                            "%-9s %-10s %14.1f %14.1f %+7.1f%%",
                            format,
                            sink,
                            small.getAsLong() / MEGA,
                            large.getAsLong() / MEGA,
                            100.0 * (large.getAsLong() - small.getAsLong()) / small.getAsLong()));
                }
            }
        }
    }

    private OptionalLong peak(UserId user, String dataset, String format, String sink) throws IOException {
        Map<String, String> environment = sinks.environment(sink, database.workerUrl());
        Settings settings = new Settings(environment);
        settings.satchel(database.workerDataSource())
                .exportHistory()
                .request(LargeExport.request(
                        user, settings.datasets().catalogue().type(dataset), format));
        return PeakMemory.of(HEAP, environment, "export", "run");
    }
}
