package dev.satchel.batchexport.cli.metrics;

import dev.satchel.batchexport.observe.MetricsFile;
import dev.satchel.batchexport.observe.SatchelJob;
import dev.satchel.batchexport.terminal.UsageException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that writes the metrics of a command to a file. */
public final class MetricsFileOption {

    @Option(
            names = "--metrics-file",
            paramLabel = "FILE.prom",
            description =
                    "Add the metrics of this command to a file for node_exporter's textfile collector, also when the"
                            + " command fails. Several commands may share the file.")
    @Nullable
    Path file;

    /**
     * Begins to record.
     *
     * @throws UsageException if the file cannot be written, before anything is done
     */
    public RecordedCommand begin(SatchelJob job) {
        if (file == null) {
            return RecordedCommand.withoutFile(job);
        }
        try {
            return RecordedCommand.into(MetricsFile.at(file), job);
        } catch (IllegalArgumentException unusable) {
            throw new UsageException("--metrics-file is refused: " + unusable.getMessage());
        }
    }
}
