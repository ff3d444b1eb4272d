package dev.satchel.batchexport.format.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.utils.SeekableInMemoryByteChannel;

/** Reads and validates a serialized bag, from the text of RFC 8493 and without Satchel's classes. */
public final class Bag {

    private final String folder;
    private final Map<String, byte[]> files;

    private Bag(String folder, Map<String, byte[]> files) {
        this.folder = folder;
        this.files = files;
    }

    /** Reads a bag from a ZIP, with Commons Compress. */
    public static Bag of(byte[] zip) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        TreeSet<String> folders = new TreeSet<>();
        try (ZipFile archive = ZipFile.builder()
                .setSeekableByteChannel(new SeekableInMemoryByteChannel(zip))
                .get()) {
            for (ZipArchiveEntry entry : Collections.list(archive.getEntries())) {
                int slash = entry.getName().indexOf('/');
                folders.add(slash < 0 ? "" : entry.getName().substring(0, slash));
                files.put(
                        entry.getName().substring(slash + 1),
                        archive.getInputStream(entry).readAllBytes());
            }
        }
        // Section 4.2: the serialization has one top-level directory.
        if (folders.size() != 1) {
            throw new IllegalArgumentException("the top-level directories are " + folders);
        }
        return new Bag(folders.first(), files);
    }

    /** The name of the top-level directory. */
    public String folder() {
        return folder;
    }

    /** The files by their path in the bag. */
    public Map<String, byte[]> files() {
        return files;
    }

    public String text(String path) {
        return new String(files.get(path), UTF_8);
    }

    /** What makes the bag invalid; empty if it is complete and valid. */
    public List<String> problems() throws IOException {
        List<String> problems = new ArrayList<>();
        // Section 2.1.1: exactly these two lines, without a byte order mark.
        if (!text("bagit.txt").equals("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")) {
            problems.add("bagit.txt is " + text("bagit.txt"));
        }
        Map<String, String> payload = manifest("manifest-sha256.txt", problems);
        Map<String, String> tags = manifest("tagmanifest-sha256.txt", problems);
        files.keySet().forEach(path -> {
            // Section 3: every payload file is in every payload manifest. A tag manifest does not list itself.
            boolean isPayload = path.startsWith("data/");
            if (isPayload && !payload.containsKey(path)) {
                problems.add(path + " is in no payload manifest");
            }
            if (!isPayload && !tags.containsKey(path) && !path.equals("tagmanifest-sha256.txt")) {
                problems.add(path + " is in no tag manifest");
            }
        });
        payload.forEach((path, sum) -> check(path, sum, path.startsWith("data/"), problems));
        tags.forEach((path, sum) -> check(path, sum, !path.startsWith("data/"), problems));
        checkOxum(problems);
        return problems;
    }

    private void check(String path, String sum, boolean isInPlace, List<String> problems) {
        if (!isInPlace) {
            problems.add(path + " is in the wrong manifest");
        }
        byte[] content = files.get(path);
        if (content == null) {
            problems.add(path + " is missing");
        } else if (!sha256(content).equals(sum)) {
            problems.add(path + " has another checksum");
        }
    }

    // Section 2.1.3: a checksum, white space, and a path relative to the base directory.
    private Map<String, String> manifest(String name, List<String> problems) {
        Map<String, String> sums = new TreeMap<>();
        for (String line : text(name).split("\n", -1)) {
            Matcher parts = Pattern.compile("([0-9a-f]{64})[ \t]+([^ \t*].*)").matcher(line);
            if (parts.matches()) {
                String path = parts.group(2);
                if (path.contains("..") || path.startsWith("/") || path.startsWith("~") || path.contains("%")) {
                    problems.add(name + " names " + path);
                }
                if (sums.put(path, parts.group(1)) != null) {
                    problems.add(name + " names " + path + " twice");
                }
            } else if (!line.isEmpty()) {
                problems.add(name + " has the line " + line);
            }
        }
        return sums;
    }

    // Section 2.2.2: octets, a full stop, and the number of payload files.
    private void checkOxum(List<String> problems) throws IOException {
        long bytes = 0;
        long count = 0;
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            if (file.getKey().startsWith("data/")) {
                bytes += new ByteArrayInputStream(file.getValue()).readAllBytes().length;
                count++;
            }
        }
        List<String> lines = text("bag-info.txt").lines().toList();
        if (!lines.contains("Payload-Oxum: " + bytes + "." + count)) {
            problems.add("the payload has " + bytes + "." + count + ", and bag-info.txt says " + lines);
        }
        lines.forEach(line -> {
            if (!line.matches("[A-Za-z-]+: .*")) {
                problems.add("bag-info.txt has the line " + line);
            }
        });
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
