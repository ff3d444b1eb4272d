package dev.satchel.batchexport.format.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.batchexport.format.value.UnclosedOutputStream;
import dev.satchel.delivery.stream.MeteredOutputStream;
import dev.satchel.export.DeliveredFile;
import java.io.IOException;
import java.io.OutputStream;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The one folder of a ZIP, and what is known of the files in it that have ended. Used by one thread. */
final class ZipFolder implements ArchivePart.Files {

    /** Names that every file system accepts, and that need no escapes in a manifest or a link. */
    private static final Pattern PATH = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");

    private final String folder;
    private final LocalDateTime time;
    private final Zip zip;
    private final List<DeliveredFile.Entry> files = new ArrayList<>();

    /** @param time when all files were last modified: ZIP stores a local time, without a zone */
    ZipFolder(String folder, LocalDateTime time, OutputStream out) {
        this.folder = folder;
        this.time = time;
        this.zip = new Zip(new UnclosedOutputStream(out));
    }

    @Override
    public OutputStream begin(String path) throws IOException {
        if (!PATH.matcher(path).matches()) {
            throw new IllegalArgumentException("'" + path + "' is no path in an archive");
        }
        ZipEntry entry = new ZipEntry(folder + "/" + path);
        entry.setTimeLocal(time);
        zip.putNextEntry(entry);
        MeteredOutputStream metered = new MeteredOutputStream(zip);
        return new UnclosedOutputStream(metered) {

            private boolean closed;

            @Override
            public void close() throws IOException {
                if (!closed) {
                    closed = true;
                    super.close();
                    zip.closeEntry();
                    files.add(new DeliveredFile.Entry(path, metered.count(), metered.sha256()));
                }
            }
        };
    }

    DeliveredFile.Entry add(String path, byte[] content) throws IOException {
        try (OutputStream file = begin(path)) {
            file.write(content);
        }
        return last();
    }

    /** The file that ended last. */
    DeliveredFile.Entry last() {
        return files.get(files.size() - 1);
    }

    /** The files that have ended, by their path in the folder. */
    List<DeliveredFile.Entry> files() {
        return List.copyOf(files);
    }

    /** Frees the compressor's native memory, and writes nothing more. Does nothing after the end. */
    void discard() {
        zip.discard();
    }

    private static final class Zip extends ZipOutputStream {

        Zip(OutputStream out) {
            super(out, UTF_8);
        }

        void discard() {
            def.end();
        }
    }

    /** Ends the ZIP. The names of its files begin with the folder's. */
    List<DeliveredFile.Entry> end() throws IOException {
        // close(), not only finish(), because it frees the compressor's native memory.
        zip.close();
        return files.stream()
                .map(file -> new DeliveredFile.Entry(folder + "/" + file.name(), file.bytes(), file.sha256()))
                .toList();
    }
}
