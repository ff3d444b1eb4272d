package dev.satchel.batchexport.format.check.archive;

import dev.satchel.batchexport.format.archive.Spool;
import dev.satchel.batchexport.format.archive.bag.BagTags;
import dev.satchel.batchexport.format.check.Difference;
import dev.satchel.batchexport.format.check.Difference.Kind;
import dev.satchel.batchexport.format.check.RecordedFile;
import dev.satchel.batchexport.format.check.UnreadableContentException;
import dev.satchel.batchexport.format.check.VerifiedFile;
import dev.satchel.export.DeliveredFile;
import dev.satchel.store.FileStore;
import dev.satchel.store.MissingFileException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;

/**
 * Verifies a ZIP that Satchel wrote: an archive, or all datasets as CSV. It reads every file again, counts the records and
 * computes their hashes, and names each respect in which the file contradicts itself. Memory use grows with the longest
 * record only. Used by one thread.
 */
public final class ArchiveVerification {

    private static final String MANIFEST = ArchiveContents.MANIFEST;
    private static final String README = "README.txt";

    private final FileChannel file;
    private final Findings findings = new Findings();
    private final Map<String, Long> records = new LinkedHashMap<>();
    private final List<DeliveredFile.Entry> files = new ArrayList<>();
    private Optional<ArchiveManifest> manifest = Optional.empty();

    private ArchiveVerification(FileChannel file) {
        this.file = file;
    }

    /**
     * The result.
     *
     * @param stated how many records of each dataset the manifest in the file states
     */
    public record Result(VerifiedFile file, Map<String, Long> stated) {}

    /** Whether the file is a ZIP at all. */
    public static boolean isZip(FileChannel file) throws IOException {
        return ZipStructure.isZip(file);
    }

    /** Verifies a file by what is in it alone. */
    public static Result verify(FileChannel file) throws IOException {
        return new ArchiveVerification(file).result(Optional.empty());
    }

    /**
     * Verifies a delivered file by what is in it, and by what is on record of it. Reads a private copy of it on the disk,
     * because a ZIP is read from its end.
     *
     * @throws IOException if the store or the disk fails, which says nothing about the file
     */
    public static VerifiedFile verify(RecordedFile recorded, FileStore store) throws IOException {
        try (InputStream stored = store.read(recorded.location());
                FileChannel copy = Spool.file()) {
            stored.transferTo(Channels.newOutputStream(copy));
            return verify(copy, recorded);
        } catch (MissingFileException missing) {
            return VerifiedFile.missing(recorded);
        }
    }

    static VerifiedFile verify(FileChannel file, RecordedFile recorded) throws IOException {
        return new ArchiveVerification(file).result(Optional.of(recorded)).file();
    }

    private Result result(Optional<RecordedFile> recorded) throws IOException {
        String sha256 = sha256();
        recorded.ifPresent(record -> {
            findings.compare(Kind.SIZE, "", record.bytes() + " bytes", size() + " bytes");
            findings.compare(Kind.SHA256, "", record.sha256(), sha256);
        });
        try {
            content();
            recorded.ifPresent(this::compare);
        } catch (UnreadableContentException unreadable) {
            findings.add(Kind.CONTENT, "", "an archive of Satchel's", String.valueOf(unreadable.getMessage()));
        }
        List<Difference> differences = new ArrayList<>(findings.differences());
        recorded.ifPresent(record -> differences.addAll(record.contradictions()));
        Map<String, Long> stated = new LinkedHashMap<>();
        manifest.ifPresent(of -> of.tables().forEach((name, table) -> stated.put(name, table.records())));
        return new Result(new VerifiedFile(size(), sha256, records, differences), stated);
    }

    private long size() {
        try {
            return file.size();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private String sha256() throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            file.position(0);
            InputStream all = Channels.newInputStream(file);
            byte[] piece = new byte[64 * 1024];
            for (int read = all.read(piece); read >= 0; read = all.read(piece)) {
                digest.update(piece, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    private void content() throws IOException {
        ArchiveContents contents = ArchiveContents.read(file, findings);
        files.addAll(contents.files());
        manifest = contents.manifest();
        if (contents.isArchive()) {
            new Bag(contents.tags(), findings).compare(files);
        }
        manifest.ifPresent(of -> compare(of, contents));
    }

    private void compare(ArchiveManifest of, ArchiveContents contents) {
        boolean isArchive = contents.isArchive();
        Map<String, DeliveredFile.Entry> byName = new LinkedHashMap<>();
        files.forEach(each -> byName.put(each.name(), each));
        Set<String> expected = new HashSet<>(Set.of(MANIFEST, README));
        of.tables().values().forEach(table -> {
            DeliveredFile.Entry stated = table.csv();
            expected.add(stated.name());
            compare(byName, stated, "in " + MANIFEST);
            if (isArchive && table.hash().isEmpty()) {
                findings.add(Kind.HASH, table.dataset(), "a hash of its records in " + MANIFEST, "none");
            }
            if (isArchive && !byName.containsKey(ArchiveContents.jsonOf(table))) {
                findings.add(
                        Kind.ENTRY, ArchiveContents.jsonOf(table), "the records of " + table.dataset(), "no such file");
            }
            compare(table, contents);
        });
        if (isArchive) {
            Set<String> data = new HashSet<>(expected);
            of.tables().values().forEach(table -> data.add(ArchiveContents.jsonOf(table)));
            for (String name : byName.keySet()) {
                boolean isData = name.startsWith("data/csv/") || name.startsWith("data/json/");
                if (isData && !data.contains(name)) {
                    findings.add(Kind.ENTRY, name, "no such dataset in " + MANIFEST, "a file of it");
                }
            }
        } else {
            byName.keySet().stream()
                    .filter(name -> !expected.contains(name))
                    .forEach(name -> findings.add(Kind.ENTRY, name, "no such file in " + MANIFEST, "a file"));
            if (!byName.containsKey(README)) {
                findings.add(Kind.ENTRY, README, "a file that each archive has", "no such file");
            }
        }
        compareTimes(contents.entries(), dosTime(of.snapshotAt()), isArchive);
    }

    // Files of all datasets as CSV that were delivered by an earlier version have one fixed time.
    private void compareTimes(List<ZipStructure.Entry> entries, int ofSnapshot, boolean isArchive) {
        int earlier = dosTime(Instant.parse("1980-02-01T00:00:00Z"));
        boolean isEarlier = !isArchive && entries.stream().allMatch(entry -> entry.time() == earlier);
        for (ZipStructure.Entry entry : entries) {
            if (!isEarlier && entry.time() != ofSnapshot) {
                findings.add(Kind.ZIP, entry.name(), "the time of the snapshot in the ZIP", "another time");
            }
        }
    }

    // What the ZIP format can hold: two seconds, without a zone.
    private static int dosTime(Instant moment) {
        ZipEntry entry = new ZipEntry("x");
        entry.setTimeLocal(LocalDateTime.ofInstant(moment, ZoneOffset.UTC));
        LocalDateTime time = entry.getTimeLocal();
        return ((time.getYear() - 1980) << 25)
                | (time.getMonthValue() << 21)
                | (time.getDayOfMonth() << 16)
                | (time.getHour() << 11)
                | (time.getMinute() << 5)
                | (time.getSecond() >> 1);
    }

    private void compare(ArchiveManifest.Table table, ArchiveContents contents) {
        String dataset = table.dataset();
        CsvRows.@Nullable Sums inCsv = contents.csv(dataset).orElse(null);
        JsonRows.@Nullable Sums inJson = contents.json(dataset).orElse(null);
        if (inCsv != null) {
            records.put(dataset, inCsv.records());
            findings.compare(
                    Kind.RECORDS,
                    dataset,
                    table.records() + " in " + MANIFEST,
                    inCsv.records() + " in " + MANIFEST,
                    inCsv.records() + " in " + table.csv().name());
        }
        if (inJson != null) {
            records.putIfAbsent(dataset, inJson.records());
            findings.compare(
                    Kind.RECORDS,
                    dataset,
                    table.records() + " in " + MANIFEST,
                    inJson.records() + " in " + MANIFEST,
                    inJson.records() + " in " + ArchiveContents.jsonOf(table));
            table.hash()
                    .filter(hash -> !hash.equals(inJson.hash().toString()))
                    .ifPresent(hash -> findings.add(
                            Kind.HASH,
                            dataset,
                            hash + ", which PostgreSQL computed of its records",
                            inJson.hash() + " of the records in " + ArchiveContents.jsonOf(table)));
        }
        if (inCsv != null
                && inJson != null
                && !inJson.cells().equals(inCsv.plain())
                && !inJson.cells().equals(inCsv.unmarked())) {
            findings.add(
                    Kind.VALUES,
                    dataset,
                    "the same records in both files",
                    "other records in " + table.csv().name() + " than in " + ArchiveContents.jsonOf(table));
        }
    }

    private void compare(Map<String, DeliveredFile.Entry> byName, DeliveredFile.Entry stated, String where) {
        DeliveredFile.Entry found = byName.get(stated.name());
        if (found == null) {
            findings.add(Kind.ENTRY, stated.name(), stated.bytes() + " bytes " + where, "no such file");
        } else if (!found.equals(stated)) {
            findings.add(
                    Kind.ENTRY,
                    stated.name(),
                    stated.bytes() + " bytes with the SHA-256 " + stated.sha256() + " " + where,
                    found.bytes() + " bytes with the SHA-256 " + found.sha256());
        }
    }

    private void compare(RecordedFile recorded) {
        String folder = recorded.entries().keySet().stream()
                .filter(name -> name.endsWith("/" + BagTags.DECLARATION))
                .map(name -> name.substring(0, name.indexOf('/') + 1))
                .findFirst()
                .orElse("");
        Map<String, DeliveredFile.Entry> byName = new LinkedHashMap<>();
        files.forEach(each -> byName.put(each.name(), each));
        Set<String> others = new HashSet<>(byName.keySet());
        recorded.entries().values().forEach(entry -> {
            String path = entry.name().substring(folder.length());
            others.remove(path);
            compare(byName, new DeliveredFile.Entry(path, entry.bytes(), entry.sha256()), "on record");
        });
        others.forEach(name -> findings.add(Kind.ENTRY, name, "no such file on record", "a file"));
        recorded.records()
                .forEach((dataset, count) -> findings.compare(
                        Kind.RECORDS,
                        dataset,
                        count + " on record",
                        records.getOrDefault(dataset, 0L) + " on record",
                        records.getOrDefault(dataset, 0L) + " in the file"));
        manifest.ifPresent(of -> {
            findings.compare(Kind.MANIFEST, "", "type " + recorded.type(), "type " + of.type());
            findings.compare(Kind.MANIFEST, "", "format " + recorded.format().code(), "format " + of.format());
            findings.compare(
                    Kind.MANIFEST,
                    "",
                    "the snapshot of " + recorded.snapshotAt(),
                    "the snapshot of " + of.snapshotAt());
            recorded.hashes().forEach((dataset, hash) -> {
                ArchiveManifest.Table table = of.tables().get(dataset);
                String stated = table == null ? "none" : table.hash().orElse("none");
                findings.compare(
                        Kind.HASH, dataset, hash + " on record", stated + " on record", stated + " in " + MANIFEST);
            });
        });
    }
}
