package dev.satchel.batchexport.format.check;

import dev.satchel.export.DeliveredFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads a ZIP with one CSV file per dataset and a manifest. */
final class ZipContent {

    private static final String CSV = ".csv";
    private static final String MANIFEST = "manifest.json";

    /** A manifest has a few lines for each dataset; one that is longer is another file. */
    private static final int LONGEST_MANIFEST = 1 << 20;

    private ZipContent() {}

    static void read(InputStream in, RecordedFile recorded, FoundContent found) throws IOException {
        ZipInputStream zip = new ZipInputStream(in);
        int files = 0;
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
            String name = entry.getName();
            StoredBytes bytes = new StoredBytes(zip);
            if (recorded.entries().containsKey(name) && name.endsWith(CSV)) {
                OptionalLong records = CsvRecords.count(bytes);
                found.add(name.substring(0, name.length() - CSV.length()), records.orElse(0));
            } else if (name.equals(MANIFEST)) {
                compare(bytes.readNBytes(LONGEST_MANIFEST), recorded, found);
            }
            bytes.readToTheEnd();
            found.add(new DeliveredFile.Entry(name, bytes.count(), bytes.sha256()));
            files++;
        }
        if (files == 0) {
            throw new UnreadableContentException("it holds no file");
        }
    }

    private static void compare(byte[] content, RecordedFile recorded, FoundContent found)
            throws UnreadableContentException {
        JsonNode manifest;
        try {
            manifest = JsonMapper.shared().readTree(new ByteArrayInputStream(content));
        } catch (JacksonException malformed) {
            throw new UnreadableContentException("its manifest is no JSON");
        }
        Map<String, Long> counts = new HashMap<>();
        boolean others = false;
        for (JsonNode file : manifest.path("files")) {
            String dataset = file.path("dataset").stringValue("");
            if (recorded.records().containsKey(dataset)) {
                counts.put(dataset, file.path("records").longValue(-1));
            } else {
                others = true;
            }
        }
        ManifestCounts.compare(counts, others, recorded, found);
        ManifestCounts.compareSnapshot(manifest.path("snapshot_at").stringValue(""), recorded, found);
    }
}
