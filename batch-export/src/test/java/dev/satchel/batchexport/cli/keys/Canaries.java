package dev.satchel.batchexport.cli.keys;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Finds what is left of secrets in whatever a program leaves behind.
 *
 * <p>Any twelve characters in a row are found: as they are, in upper or lower case, backwards, in hexadecimal, percent
 * signs or Base64 at any alignment, as a list of numbers, and in UTF-16; also inside ZIP and gzip files.
 */
final class Canaries {

    /** So many characters in a row are a leak; what a masked key shows is shorter. */
    static final int PART = 12;

    private static final int START = Long.BYTES;

    private final Map<Long, List<Needle>> byStart = new HashMap<>();

    /** Which starts there are, by their hash: almost every position is passed over by this alone. */
    private final boolean[] maybe = new boolean[1 << 16];

    private Canaries() {}

    /** By the name that a finding carries, the part of each secret that nobody can guess. */
    static Canaries of(Map<String, String> secrets) {
        Canaries canaries = new Canaries();
        secrets.forEach((name, secret) -> {
            if (secret.length() < PART) {
                throw new IllegalArgumentException("a canary needs " + PART + " characters, " + name + " has fewer");
            }
            for (int at = 0; at + PART <= secret.length(); at++) {
                canaries.add(name, secret.substring(at, at + PART));
            }
        });
        return canaries;
    }

    /** What was found in a place, each secret and form once; empty if it is clean. */
    Set<String> in(String place, byte[] content) {
        Set<String> found = new TreeSet<>();
        search(place, content, found);
        try {
            if (startsWith(content, 0, new byte[] {'P', 'K', 3, 4})) {
                try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(content))) {
                    for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                        found.addAll(in(place + "!" + entry.getName(), zip.readAllBytes()));
                    }
                }
            } else if (startsWith(content, 0, new byte[] {0x1f, (byte) 0x8b, 8})) {
                try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(content))) {
                    found.addAll(in(place + "!", gzip.readAllBytes()));
                }
            }
        } catch (IOException broken) {
            throw new AssertionError(place + " cannot be unpacked", broken);
        }
        return found;
    }

    /** What was found in every file below a directory, and in their names. */
    Set<String> in(Path directory) throws IOException {
        Set<String> found = new TreeSet<>();
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.toList()) {
                found.addAll(in("the name " + path, path.toString().getBytes(StandardCharsets.UTF_8)));
                if (Files.isRegularFile(path)) {
                    found.addAll(in(path.toString(), Files.readAllBytes(path)));
                }
            }
        }
        return found;
    }

    private void search(String place, byte[] content, Set<String> found) {
        long start = 0;
        for (int i = 0; i < content.length; i++) {
            start = start << Byte.SIZE | content[i] & 0xff;
            if (i + 1 >= START && maybe[hash(start)]) {
                for (Needle needle : byStart.getOrDefault(start, List.of())) {
                    if (startsWith(content, i + 1 - START, needle.bytes())) {
                        found.add(needle.name() + " as " + needle.form() + " in " + place);
                    }
                }
            }
        }
    }

    private static boolean startsWith(byte[] content, int at, byte[] start) {
        return at + start.length <= content.length
                && Arrays.equals(content, at, at + start.length, start, 0, start.length);
    }

    // Of keys, which have letters, digits, '-' and '_' only, URLs and JSON change nothing unless every byte is escaped.
    private void add(String name, String part) {
        byte[] bytes = part.getBytes(StandardCharsets.US_ASCII);
        HexFormat percent = HexFormat.of().withPrefix("%");
        add(name, "text", part);
        for (String otherCase : List.of(part.toLowerCase(Locale.ROOT), part.toUpperCase(Locale.ROOT))) {
            if (!otherCase.equals(part)) {
                add(name, "another case", otherCase);
            }
        }
        add(name, "text backwards", new StringBuilder(part).reverse().toString());
        add(name, "hexadecimal", HexFormat.of().formatHex(bytes));
        add(name, "hexadecimal", HexFormat.of().withUpperCase().formatHex(bytes));
        add(name, "percent signs", percent.formatHex(bytes));
        add(name, "percent signs", percent.withUpperCase().formatHex(bytes));
        add(
                name,
                "numbers",
                IntStream.range(0, bytes.length)
                        .mapToObj(i -> Integer.toString(bytes[i]))
                        .collect(Collectors.joining(", ")));
        for (int before = 0; before < 3; before++) {
            byte[] aligned = new byte[before + bytes.length];
            System.arraycopy(bytes, 0, aligned, before, bytes.length);
            // Only the characters that the part alone decides.
            int from = (before * Byte.SIZE + 5) / 6;
            int to = aligned.length * Byte.SIZE / 6;
            add(name, "Base64", Base64.getEncoder().encodeToString(aligned).substring(from, to));
            add(name, "Base64", Base64.getUrlEncoder().encodeToString(aligned).substring(from, to));
        }
        add(name, "UTF-16", part.getBytes(StandardCharsets.UTF_16LE));
        add(name, "UTF-16", part.getBytes(StandardCharsets.UTF_16BE));
    }

    private void add(String name, String form, String text) {
        add(name, form, text.getBytes(StandardCharsets.US_ASCII));
    }

    private void add(String name, String form, byte[] bytes) {
        long start = 0;
        for (int i = 0; i < START; i++) {
            start = start << Byte.SIZE | bytes[i] & 0xff;
        }
        maybe[hash(start)] = true;
        byStart.computeIfAbsent(start, any -> new ArrayList<>()).add(new Needle(name, form, bytes));
    }

    private static int hash(long start) {
        return (int) (start * 0x9E3779B97F4A7C15L >>> 48);
    }

    private record Needle(String name, String form, byte[] bytes) {}
}
