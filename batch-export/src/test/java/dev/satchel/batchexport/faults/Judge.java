package dev.satchel.batchexport.faults;

import dev.satchel.batchexport.run.RunSummary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Says what is wrong after a replay; nothing, if everything holds. */
final class Judge {

    private static final String EXPORTS =
            "SELECT id, status, file_url, file_size_bytes, data ->> 'sha256', records_count, retry_count, error_message"
                    + " FROM public.export_history ORDER BY id";

    /** The parts of a ZIP that hold the time of the snapshot or the state of the export itself. */
    private static final Set<String> HOLDS_TIMES = Set.of("README.txt", "manifest.json", "exports.csv");

    private final Scene scene;
    private Map<String, Map<String, String>> expected = Map.of();
    private List<byte[]> seen = List.of();
    private List<String> digests = List.of();

    Judge(Scene scene) {
        this.scene = scene;
    }

    /** Learns from a run without a fault what each file must hold. */
    void learn() throws IOException, SQLException {
        Map<String, Map<String, String>> contents = new TreeMap<>();
        List<byte[]> files = new ArrayList<>();
        for (List<String> row : scene.rows(EXPORTS)) {
            if (!row.get(1).equals("completed")) {
                throw new IllegalStateException("without a fault, an export is not completed: " + row);
            }
            files.add(scene.stock().read(row.get(2)));
            contents.put(row.get(0), content(files.get(files.size() - 1)));
        }
        expected = contents;
        digests = files.stream().map(Judge::computed).toList();
        seen = files;
    }

    /** What is wrong with what a worker said at its end, compared with what is in the database at that moment. */
    List<String> wrongAtTheEnd(RunSummary summary) throws SQLException {
        List<String> wrong = new ArrayList<>();
        long completed = scene.rows(EXPORTS).stream()
                .filter(row -> row.get(1).equals("completed"))
                .count();
        if (summary.delivered() > completed) {
            wrong.add("the worker says that it delivered " + summary.delivered() + ", and " + completed
                    + " exports are completed");
        }
        if (summary.isComplete() && completed < expected.size()) {
            wrong.add("the worker says that nothing is left, and " + completed + " exports are completed");
        }
        return wrong;
    }

    /** What is wrong with what is on record at any moment: a completed row without its file, a text with data. */
    List<String> wrongMeanwhile() throws IOException, SQLException {
        List<String> wrong = new ArrayList<>();
        SortedMap<String, Long> objects = scene.stock().sizes();
        for (List<String> row : scene.rows(EXPORTS)) {
            if (row.get(1).equals("completed") && !row.get(3).equals(String.valueOf(objects.get(row.get(2))))) {
                wrong.add("export " + row.get(0) + " is completed with " + row.get(3) + " bytes, and the store holds "
                        + objects.get(row.get(2)));
            }
            scene.secrets().stream()
                    .filter(secret -> row.get(7).contains(secret))
                    .forEach(secret -> wrong.add("the text of a failure holds what it must not: " + row.get(7)));
        }
        return wrong;
    }

    /**
     * What is wrong after everything was delivered and cleaned up.
     *
     * @param retries how many attempts after the first may have been spent on all exports together
     */
    List<String> wrongAfterwards(int retries) throws IOException, SQLException {
        List<String> wrong = new ArrayList<>(wrongMeanwhile());
        SortedMap<String, Long> objects = scene.stock().sizes();
        int spent = 0;
        for (List<String> row : scene.rows(EXPORTS)) {
            if (!row.get(1).equals("completed")) {
                wrong.add("export " + row.get(0) + " is " + row.get(1) + " (" + row.get(7) + ")");
            }
            if (objects.remove(row.get(2)) != null) {
                wrong.addAll(wrongFile(row));
            }
            spent += Integer.parseInt(row.get(6));
        }
        if (spent > retries) {
            wrong.add(spent + " attempts were spent, and " + retries + " expected at most");
        }
        objects.keySet().forEach(object -> wrong.add("no export points to the object " + object));
        scene.stock().unfinished().forEach(upload -> wrong.add("an upload was left unfinished: " + upload));
        wrong.addAll(wrongRecords());
        return wrong;
    }

    private List<String> wrongRecords() throws SQLException {
        List<String> wrong = new ArrayList<>();
        scene.rows("""
                SELECT f.url
                  FROM satchel.upload_journal f
                  FULL JOIN public.export_history h ON h.file_url = f.url
                 WHERE f.published_at IS NULL OR h.id IS NULL
                """).forEach(row -> wrong.add("the record of objects and the exports differ: " + row));
        scene.rows("SELECT url FROM satchel.store_probe").forEach(row -> wrong.add("a probe is on record: " + row));
        scene.rows("SELECT export_id, owner FROM satchel.export_lease").forEach(row -> wrong.add("a lease: " + row));
        scene.rows("SELECT export_id FROM satchel.export_queue").forEach(row -> wrong.add("in the queue: " + row));
        return wrong;
    }

    private List<String> wrongFile(List<String> row) throws IOException {
        byte[] bytes = scene.stock().read(row.get(2));
        List<String> wrong = new ArrayList<>();
        if (!sha256(bytes).equals(row.get(4))) {
            wrong.add("the object of export " + row.get(0) + " is another one than the manifest says");
        }
        Map<String, String> content = content(bytes);
        Map<String, String> other = expected.getOrDefault(row.get(0), Map.of());
        if (!content.equals(other)) {
            content.entrySet().removeAll(other.entrySet());
            wrong.add("the object of export " + row.get(0) + " holds other records than without a fault: "
                    + content.keySet());
        }
        return wrong;
    }

    /** The parts of a file, with the digest of each. */
    private Map<String, String> content(byte[] bytes) {
        Map<String, String> parts = new TreeMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                byte[] content = zip.readAllBytes();
                boolean ofTheRun = HOLDS_TIMES.contains(entry.getName());
                parts.put(entry.getName(), ofTheRun ? "" : sha256(content));
            }
        } catch (IOException damaged) {
            parts.put("damaged", String.valueOf(damaged.getMessage()));
        }
        if (parts.isEmpty()) {
            parts.put("the file", sha256(bytes));
        }
        return parts;
    }

    // The same megabytes come again with each replay.
    private String sha256(byte[] bytes) {
        for (int file = 0; file < seen.size(); file++) {
            if (Arrays.equals(seen.get(file), bytes)) {
                return digests.get(file);
            }
        }
        return computed(bytes);
    }

    private static String computed(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
