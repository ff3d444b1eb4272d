package dev.satchel.batchexport.format.check.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** The files of an archive, which can be changed and packed again, as somebody does who alters an archive. */
final class Alterable {

    final Map<String, byte[]> files = new LinkedHashMap<>();
    private String folder = "";
    private LocalDateTime time = LocalDateTime.MIN;

    static Alterable of(byte[] zip) throws IOException {
        Alterable archive = new Alterable();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                int slash = entry.getName().indexOf('/');
                archive.folder = entry.getName().substring(0, slash + 1);
                archive.time = entry.getTimeLocal();
                archive.files.put(entry.getName().substring(slash + 1), in.readAllBytes());
            }
        }
        return archive;
    }

    /** Gives all files another time of change. */
    void modify(LocalDateTime changed) {
        time = changed;
    }

    String text(String path) {
        return new String(files.get(path), UTF_8);
    }

    void put(String path, String text) {
        files.put(path, text.getBytes(UTF_8));
    }

    List<String> lines(String path) {
        return new ArrayList<>(List.of(text(path).split("(?<=\n)")));
    }

    void rename(String from, String to) {
        Map<String, byte[]> renamed = new LinkedHashMap<>();
        files.forEach((path, content) -> renamed.put(path.equals(from) ? to : path, content));
        files.clear();
        files.putAll(renamed);
    }

    /** Writes again what strangers' tools check: the checksums, the sizes and the counts, but not the hashes of records. */
    void fixUp(Map<String, Long> records) {
        String manifest = text("manifest.json");
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            manifest = manifest.replaceAll(
                    "(\"name\":\"" + file.getKey()
                            + "\",\"dataset\":\"\\w+\",\"records\":\\d+,\"bytes\":)\\d+(,\"sha256\":\")\\w+",
                    "$1" + file.getValue().length + "$2" + sha256(file.getValue()));
        }
        for (Map.Entry<String, Long> count : records.entrySet()) {
            manifest = manifest.replaceAll(
                    "(\"dataset\":\"" + count.getKey() + "\",\"records\":)\\d+", "$1" + count.getValue());
        }
        put("manifest.json", manifest);
        StringBuilder payload = new StringBuilder();
        long bytes = 0;
        long count = 0;
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            if (file.getKey().startsWith("data/")) {
                payload.append(line(file));
                bytes += file.getValue().length;
                count++;
            }
        }
        put("manifest-sha256.txt", payload.toString());
        put(
                "bag-info.txt",
                text("bag-info.txt").replaceFirst("Payload-Oxum: .*", "Payload-Oxum: " + bytes + "." + count));
        StringBuilder tags = new StringBuilder();
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            if (!file.getKey().startsWith("data/") && !file.getKey().equals("tagmanifest-sha256.txt")) {
                tags.append(line(file));
            }
        }
        put("tagmanifest-sha256.txt", tags.toString());
    }

    private static String line(Map.Entry<String, byte[]> file) {
        return sha256(file.getValue()) + "  " + file.getKey() + "\n";
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    byte[] zip() throws IOException {
        return zip(Map.of());
    }

    /** @param outside files outside of the folder */
    byte[] zip(Map<String, byte[]> outside) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out, UTF_8)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                add(zip, folder + file.getKey(), file.getValue());
            }
            for (Map.Entry<String, byte[]> file : outside.entrySet()) {
                add(zip, file.getKey(), file.getValue());
            }
        }
        return out.toByteArray();
    }

    private void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(time);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
