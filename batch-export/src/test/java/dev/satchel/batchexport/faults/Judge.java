package dev.satchel.batchexport.faults;

import dev.satchel.batchexport.run.RunSummary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Says what is wrong after a replay; nothing, if everything holds. */
final class Judge {

    private static final String EXPORTS =
            "SELECT id, status, file_url, file_size_bytes, data ->> 'sha256', records_count, retry_count, error_message"
                    + " FROM public.export_history ORDER BY id";

    private final Scene scene;
    private Map<String, Map<String, String>> expected = Map.of();

    Judge(Scene scene) {
        this.scene = scene;
    }

    /** Learns from a run without a fault what each file must hold. */
    void learn() throws IOException, SQLException {
        Map<String, Map<String, String>> contents = new TreeMap<>();
        SortedMap<String, byte[]> objects = scene.stock().objects();
        for (List<String> row : scene.rows(EXPORTS)) {
            contents.put(row.get(0), content(objects.get(row.get(2))));
        }
        expected = contents;
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

    /** What is wrong with what is on record at any moment: a completed row without its whole file, a text with data. */
    List<String> wrongMeanwhile() throws IOException, SQLException {
        List<String> wrong = new ArrayList<>();
        SortedMap<String, byte[]> objects = scene.stock().objects();
        for (List<String> row : scene.rows(EXPORTS)) {
            if (row.get(1).equals("completed")) {
                wrong.addAll(wrongFile(row, objects));
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
        SortedMap<String, byte[]> objects = scene.stock().objects();
        int spent = 0;
        for (List<String> row : scene.rows(EXPORTS)) {
            if (!row.get(1).equals("completed")) {
                wrong.add("export " + row.get(0) + " is " + row.get(1) + " (" + row.get(7) + ")");
            }
            objects.remove(row.get(2));
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

    private List<String> wrongFile(List<String> row, SortedMap<String, byte[]> objects) {
        byte[] bytes = objects.get(row.get(2));
        if (bytes == null) {
            return List.of("export " + row.get(0) + " is completed, and its object is not there: " + row.get(2));
        }
        List<String> wrong = new ArrayList<>();
        if (bytes.length != Long.parseLong(row.get(3)) || !sha256(bytes).equals(row.get(4))) {
            wrong.add("the object of export " + row.get(0) + " is another one than the manifest says");
        }
        if (!content(bytes).equals(expected.get(row.get(0)))) {
            wrong.add("the object of export " + row.get(0) + " holds other records than without a fault");
        }
        return wrong;
    }

    /** The parts of a file, with the digest of each; those of a ZIP without the two that hold the time of the snapshot. */
    private static Map<String, String> content(byte[] bytes) {
        Map<String, String> parts = new TreeMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                byte[] content = zip.readAllBytes();
                if (entry.getName().endsWith(".csv")) {
                    parts.put(entry.getName(), sha256(content));
                }
            }
        } catch (IOException damaged) {
            parts.put("damaged", String.valueOf(damaged.getMessage()));
        }
        return parts.isEmpty() ? Map.of("", sha256(bytes)) : parts;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
