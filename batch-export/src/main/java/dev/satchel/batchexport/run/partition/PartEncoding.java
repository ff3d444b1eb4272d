package dev.satchel.batchexport.run.partition;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.delivery.FileFormats;
import dev.satchel.export.ExportRequest;
import dev.satchel.partition.DivisibleRecords;
import dev.satchel.record.Dataset;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Properties;

/**
 * A checksum of everything that decides which bytes a process writes for a part: the version of Satchel, how the dataset is
 * read, and the settings of the format.
 */
final class PartEncoding {

    private final DivisibleRecords records;
    private final FileFormats formats;
    private final String version = version();

    PartEncoding(DivisibleRecords records, FileFormats formats) {
        this.records = records;
        this.formats = formats;
    }

    String of(ExportRequest request, Dataset dataset) {
        String text = version + "\n" + formats.partEncoding(request).orElse("") + "\n" + records.definition(dataset);
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    private static String version() {
        Properties properties = new Properties();
        try (InputStream file = PartEncoding.class.getResourceAsStream("/satchel-version.properties")) {
            properties.load(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return String.valueOf(properties.getProperty("version"));
    }
}
