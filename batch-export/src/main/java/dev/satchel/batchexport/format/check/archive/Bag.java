package dev.satchel.batchexport.format.check.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.batchexport.format.archive.bag.BagTags;
import dev.satchel.batchexport.format.check.Difference.Kind;
import dev.satchel.export.DeliveredFile;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Compares the tag files of a bag (RFC 8493) with the files that it holds. */
final class Bag {

    private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  (.+)");
    private static final String OXUM = "Payload-Oxum: ";

    private final Map<String, byte[]> tags;
    private final Findings findings;

    /** @param tags the contents of those tag files that are there, by name */
    Bag(Map<String, byte[]> tags, Findings findings) {
        this.tags = tags;
        this.findings = findings;
    }

    /** @param files all files of the bag, in the order of the ZIP */
    void compare(List<DeliveredFile.Entry> files) {
        List<DeliveredFile.Entry> payload = files.stream()
                .filter(file -> file.name().startsWith(BagTags.PAYLOAD))
                .toList();
        List<DeliveredFile.Entry> others = files.stream()
                .filter(file -> !payload.contains(file) && !file.name().equals(BagTags.TAG_MANIFEST))
                .toList();
        byte[] declaration = tags.get(BagTags.DECLARATION);
        if (declaration != null && !Arrays.equals(declaration, BagTags.declaration())) {
            findings.add(Kind.MANIFEST, BagTags.DECLARATION, "the declaration of BagIt 1.0", "another text");
        }
        compare(BagTags.MANIFEST, payload);
        compare(BagTags.TAG_MANIFEST, others);
        byte[] info = tags.get(BagTags.INFO);
        if (info != null) {
            long bytes = payload.stream().mapToLong(DeliveredFile.Entry::bytes).sum();
            List<String> oxums = new String(info, UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(OXUM))
                    .toList();
            String stated = oxums.size() == 1 ? oxums.get(0).substring(OXUM.length()) : "not there once";
            findings.compare(
                    Kind.MANIFEST,
                    BagTags.INFO,
                    "Payload-Oxum " + stated,
                    "Payload-Oxum " + bytes + "." + payload.size());
        }
    }

    private void compare(String manifest, List<DeliveredFile.Entry> files) {
        byte[] content = tags.get(manifest);
        if (content == null) {
            return;
        }
        Map<String, String> stated = new LinkedHashMap<>();
        int number = 0;
        for (String line : new String(content, UTF_8).split("\n", -1)) {
            number++;
            Matcher parts = LINE.matcher(line);
            if (parts.matches()) {
                if (stated.put(parts.group(2), parts.group(1)) != null) {
                    findings.add(Kind.MANIFEST, manifest, "each file once", "line " + number + " repeats a file");
                }
            } else if (!line.isEmpty()) {
                findings.add(Kind.MANIFEST, manifest, "a checksum and a path on each line", "another line " + number);
            }
        }
        for (DeliveredFile.Entry file : files) {
            String expected = stated.remove(file.name());
            if (expected == null) {
                findings.add(Kind.ENTRY, file.name(), "nothing in " + manifest, "a file of " + file.bytes() + " bytes");
            } else if (!expected.equals(file.sha256())) {
                findings.add(
                        Kind.ENTRY,
                        file.name(),
                        "the SHA-256 " + expected + " in " + manifest,
                        file.bytes() + " bytes with the SHA-256 " + file.sha256());
            }
        }
        stated.forEach((name, sha256) -> findings.add(
                Kind.ENTRY, name, "a file with the SHA-256 " + sha256 + " in " + manifest, "no such file"));
        if (findings.differences().isEmpty() && !Arrays.equals(content, BagTags.manifest(files))) {
            findings.add(Kind.MANIFEST, manifest, "the files in the order of the ZIP", "other lines or another order");
        }
    }
}
