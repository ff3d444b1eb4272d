package dev.satchel.batchexport.format.archive.bag;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.export.DeliveredFile;
import java.time.LocalDate;
import java.util.Collection;
import java.util.Map;

/** The tag files of a bag, in version 1.0 of BagIt (RFC 8493). */
public final class BagTags {

    public static final String DECLARATION = "bagit.txt";
    public static final String INFO = "bag-info.txt";
    public static final String MANIFEST = "manifest-sha256.txt";
    public static final String TAG_MANIFEST = "tagmanifest-sha256.txt";

    /** The directory whose files are the payload. */
    public static final String PAYLOAD = "data/";

    private BagTags() {}

    public static byte[] declaration() {
        return "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".getBytes(UTF_8);
    }

    /**
     * The file about the bag.
     *
     * @param labels further labels, each with its value, which becomes one line
     * @param payload the files below {@link #PAYLOAD}
     */
    public static byte[] info(
            LocalDate baggingDate, Map<String, String> labels, Collection<DeliveredFile.Entry> payload) {
        long bytes = payload.stream().mapToLong(DeliveredFile.Entry::bytes).sum();
        StringBuilder text = new StringBuilder();
        labels.forEach((label, value) -> text.append(label)
                .append(": ")
                .append(value.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}\\s]+", " ").strip())
                .append('\n'));
        return text.append("Bagging-Date: ")
                .append(baggingDate)
                .append("\nPayload-Oxum: ")
                .append(bytes)
                .append('.')
                .append(payload.size())
                .append('\n')
                .toString()
                .getBytes(UTF_8);
    }

    /** A manifest of these files, as {@code sha256sum} writes and checks it. */
    public static byte[] manifest(Collection<DeliveredFile.Entry> files) {
        StringBuilder text = new StringBuilder();
        files.forEach(file ->
                text.append(file.sha256()).append("  ").append(file.name()).append('\n'));
        return text.toString().getBytes(UTF_8);
    }
}
