package dev.satchel.batchexport.format.check.archive;

import dev.satchel.batchexport.format.archive.bag.BagTags;
import dev.satchel.batchexport.format.check.Difference.Kind;
import dev.satchel.batchexport.format.check.UnreadableContentException;
import dev.satchel.export.DeliveredFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** What is in a ZIP that Satchel wrote: each file, read once to its end. Used by one thread. */
final class ArchiveContents {

    static final String MANIFEST = "manifest.json";

    private static final List<String> TAGS =
            List.of(MANIFEST, BagTags.DECLARATION, BagTags.INFO, BagTags.MANIFEST, BagTags.TAG_MANIFEST);
    private static final int LONGEST_TAG = 16 << 20;

    private final FileChannel file;
    private final Findings findings;
    private final Map<String, byte[]> tags = new HashMap<>();
    /** By the paths of their files. */
    private final Map<String, ArchiveManifest.Table> tables = new HashMap<>();

    private final Map<String, CsvRows.Sums> csv = new HashMap<>();
    private final Map<String, JsonRows.Sums> json = new HashMap<>();
    private final List<DeliveredFile.Entry> files = new ArrayList<>();
    private final List<ZipStructure.Entry> entries;
    private final String folder;
    private final Optional<ArchiveManifest> manifest;

    private ArchiveContents(FileChannel file, Findings findings) throws IOException {
        this.file = file;
        this.findings = findings;
        this.entries = ZipStructure.read(file, findings);
        this.folder = folder(entries);
        this.manifest = readTags();
        for (ArchiveManifest.Table table :
                manifest.map(of -> of.tables().values()).orElse(List.of())) {
            tables.put(jsonOf(table), table);
        }
        // A file that is both is read as CSV.
        for (ArchiveManifest.Table table :
                manifest.map(of -> of.tables().values()).orElse(List.of())) {
            tables.put(table.csv().name(), table);
        }
        for (ZipStructure.Entry entry : entries) {
            if (entry.name().startsWith(folder)) {
                read(entry, entry.name().substring(folder.length()));
            } else {
                findings.add(Kind.ENTRY, entry.name(), "no file outside of the folder " + folder, "a file there");
            }
        }
    }

    /** Reads all files. Adds to the findings what cannot be read. */
    static ArchiveContents read(FileChannel file, Findings findings) throws IOException {
        return new ArchiveContents(file, findings);
    }

    /** Whether it is an archive; otherwise all datasets as CSV. */
    boolean isArchive() {
        return !folder.isEmpty();
    }

    /** The files of the ZIP, as its directory lists them. */
    List<ZipStructure.Entry> entries() {
        return entries;
    }

    /** What was read of each file, by its path in the folder, in the order of the ZIP. */
    List<DeliveredFile.Entry> files() {
        return files;
    }

    /** The contents of the tag files, by their names. */
    Map<String, byte[]> tags() {
        return tags;
    }

    Optional<ArchiveManifest> manifest() {
        return manifest;
    }

    /** What the CSV file of that dataset holds. */
    Optional<CsvRows.Sums> csv(String dataset) {
        return Optional.ofNullable(csv.get(dataset));
    }

    /** What the JSON file of that dataset holds. */
    Optional<JsonRows.Sums> json(String dataset) {
        return Optional.ofNullable(json.get(dataset));
    }

    /** The name of the folder that holds the manifest, with a slash; empty for all datasets as CSV, which have none. */
    private static String folder(List<ZipStructure.Entry> entries) throws UnreadableContentException {
        for (ZipStructure.Entry entry : entries) {
            String name = entry.name();
            int slash = name.indexOf('/');
            if (slash < 0 && name.equals(MANIFEST)) {
                return "";
            }
            if (slash > 0 && TAGS.contains(name.substring(slash + 1))) {
                return name.substring(0, slash + 1);
            }
        }
        throw new UnreadableContentException("it is a ZIP, but neither an archive of Satchel's (a folder with "
                + BagTags.DECLARATION + ") nor all datasets as CSV (" + MANIFEST + ")");
    }

    private Optional<ArchiveManifest> readTags() {
        List<String> names = folder.isEmpty() ? List.of(MANIFEST) : TAGS;
        for (ZipStructure.Entry entry : entries) {
            for (String name : names) {
                // The structure has each name once, so no file is inflated twice here.
                if (entry.name().equals(folder + name)) {
                    try (EntryContent content = new EntryContent(file, entry)) {
                        tags.put(name, content.small(LONGEST_TAG));
                    } catch (IOException damaged) {
                        // Reported when all files are read.
                        tags.put(name, new byte[0]);
                    }
                }
            }
        }
        for (String name : names) {
            if (!tags.containsKey(name)) {
                findings.add(Kind.ENTRY, name, "a file that each archive has", "no such file");
            }
        }
        byte[] content = tags.get(MANIFEST);
        if (content == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(ArchiveManifest.of(content));
        } catch (UnreadableContentException malformed) {
            findings.add(Kind.MANIFEST, MANIFEST, "a manifest", String.valueOf(malformed.getMessage()));
            return Optional.empty();
        }
    }

    private void read(ZipStructure.Entry entry, String path) throws IOException {
        try (EntryContent content = new EntryContent(file, entry)) {
            String problem = problem(content, path);
            if (problem != null) {
                findings.add(Kind.CONTENT, path, entry.bytes() + " bytes that can be read", problem);
            }
            if (problem == null && !EntryContent.hasCleanEnd(file, entry)) {
                findings.add(Kind.ZIP, path, "0 in the bits after its compressed content", "others");
            }
            if (content.bytes() <= entry.bytes()) {
                files.add(new DeliveredFile.Entry(path, content.bytes(), content.sha256()));
            }
        }
    }

    /** Why the content cannot be read; null if it can. */
    private @Nullable String problem(EntryContent content, String path) throws IOException {
        String problem = null;
        try {
            parse(content, path);
        } catch (IOException
                | UncheckedIOException
                | JacksonException
                | IllegalArgumentException
                | IllegalStateException
                | ArithmeticException damaged) {
            problem = reason(damaged);
        } catch (OutOfMemoryError tooLong) {
            problem = "a value is too long for the memory of this program";
        }
        try {
            content.end();
            return problem;
        } catch (IOException damaged) {
            return problem == null || !(damaged instanceof UnreadableContentException) ? reason(damaged) : problem;
        }
    }

    private static String reason(Exception damaged) {
        return damaged instanceof UnreadableContentException known
                ? String.valueOf(known.getMessage())
                : "it is damaged: its compressed content cannot be read to its end";
    }

    private void parse(EntryContent content, String path) throws IOException {
        ArchiveManifest.@Nullable Table table = tables.get(path);
        if (table == null) {
            return;
        }
        if (path.equals(table.csv().name())) {
            csv.put(
                    table.dataset(),
                    table.columns().isEmpty()
                            ? CsvRows.count(content.stream())
                            : CsvRows.read(content.stream(), table.written()));
        } else if (!table.columns().isEmpty()) {
            json.put(table.dataset(), JsonRows.read(content.stream(), table));
        }
    }

    static String jsonOf(ArchiveManifest.Table table) {
        return BagTags.PAYLOAD + "json/" + table.dataset() + ".json";
    }
}
