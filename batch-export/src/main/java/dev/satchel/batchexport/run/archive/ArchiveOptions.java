package dev.satchel.batchexport.run.archive;

import dev.satchel.batchexport.format.archive.ArchiveSettings;
import dev.satchel.batchexport.format.archive.OperatorTexts;
import dev.satchel.postgres.dataset.DatasetQuery;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.record.Dataset;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.function.SingletonSupplier;

/**
 * How archives speak to the people who receive them.
 *
 * @param texts the file with the operator's texts; placeholders stand in archives without it
 */
@ConfigurationProperties("satchel.archive")
public record ArchiveOptions(@Nullable String texts) {

    /** Without a file of texts. */
    public static final ArchiveOptions DEFAULT = new ArchiveOptions(null);

    /**
     * What is the same in every archive of these datasets. The file of texts is read now, and the rest when the first
     * archive is made.
     *
     * @param retention how long a delivered file stays
     * @throws IllegalArgumentException if the file cannot be read or violates the format; the message names file and
     *     line
     */
    public Supplier<ArchiveSettings> settings(PostgresDatasets datasets, Duration retention) {
        OperatorTexts read = texts == null
                ? OperatorTexts.NONE
                : ArchiveTexts.read(Path.of(texts), leftOut(datasets).keySet());
        return SingletonSupplier.of(() -> new ArchiveSettings(read, retention, leftOut(datasets), producer()));
    }

    private static Map<String, Map<String, String>> leftOut(PostgresDatasets datasets) {
        Map<String, Map<String, String>> leftOut = new LinkedHashMap<>();
        for (Dataset dataset : datasets.catalogue().datasets()) {
            DatasetQuery query = datasets.of(dataset);
            Map<String, String> reasons = new LinkedHashMap<>();
            query.excluded().forEach((column, reason) -> reasons.put(column.toString(), reason));
            leftOut.put(dataset.name(), reasons);
        }
        return leftOut;
    }

    private static String producer() {
        Properties properties = new Properties();
        try (@Nullable InputStream file = ArchiveOptions.class.getResourceAsStream("/satchel-version.properties")) {
            if (file != null) {
                properties.load(file);
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return ("Satchel " + properties.getProperty("version", "")).strip();
    }
}
