package dev.satchel.batchexport.observe;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A file of metrics in Prometheus' text format, for the textfile collector of node_exporter. Safe for use by many threads,
 * and by several programs that write the same file.
 *
 * <p>Prometheus needs counters that only grow, and a program that ends starts at zero each time. So a write adds what
 * was counted since the last write of this object to what the file holds. Gauges replace those of the file, and what the
 * file holds besides stays. The file is replaced as a whole, and everybody may read it.
 */
public final class MetricsFile {

    private static final String SUFFIX = ".prom";

    /** Longer than a write takes. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Path file;
    private final Path folder;
    private Exposition written = Exposition.EMPTY;

    private MetricsFile(Path file, Path folder) {
        this.file = file;
        this.folder = folder;
    }

    /**
     * Opens a file that exists or not.
     *
     * @throws IllegalArgumentException if the file cannot be written there, or node_exporter would not read it
     */
    public static MetricsFile at(Path path) {
        Path file = path.toAbsolutePath().normalize();
        Path folder = file.getParent();
        if (folder == null || !String.valueOf(file.getFileName()).endsWith(SUFFIX)) {
            throw new IllegalArgumentException(
                    path + " must end in " + SUFFIX + ", because node_exporter reads no other file");
        }
        if (Files.isDirectory(file)) {
            throw new IllegalArgumentException(path + " is a directory: name a file in it");
        }
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException("there is no directory " + folder + ": create it, or correct the path");
        }
        MetricsFile metrics = new MetricsFile(file, folder);
        try {
            Files.delete(metrics.temporary());
            metrics.openLock().close();
        } catch (IOException refused) {
            throw new IllegalArgumentException(
                    "no file can be created in " + folder + ", or " + metrics.lock()
                            + " cannot be opened: this account needs the right to write both",
                    refused);
        }
        return metrics;
    }

    // Its name does not end in .prom, so that node_exporter does not read it.
    private Path temporary() throws IOException {
        return Files.createTempFile(folder, "." + file.getFileName() + "-", ".tmp");
    }

    /**
     * Adds that to the file.
     *
     * @param exposition all metrics of this program in Prometheus' text format, version 0.0.4
     */
    public synchronized void write(String exposition) throws IOException {
        Exposition now = Exposition.parse(exposition);
        // A lock of the operating system is held by the whole process.
        synchronized (MetricsFile.class) {
            try (FileChannel channel = openLock()) {
                FileLock held = acquire(channel);
                try {
                    replace(now.since(written).onTopOf(present()).text());
                } finally {
                    held.release();
                }
            }
        }
        written = now;
    }

    private Path lock() {
        return folder.resolve("." + file.getFileName() + ".lock");
    }

    // Every account may write it, because commands of several accounts may share the metrics.
    private FileChannel openLock() throws IOException {
        try {
            return FileChannel.open(lock(), StandardOpenOption.WRITE);
        } catch (NoSuchFileException first) {
            FileChannel made = FileChannel.open(lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            Files.setPosixFilePermissions(lock(), PosixFilePermissions.fromString("rw-rw-rw-"));
            return made;
        }
    }

    private FileLock acquire(FileChannel channel) throws IOException {
        long begun = System.nanoTime();
        FileLock held = channel.tryLock();
        while (held == null) {
            if (System.nanoTime() - begun > PATIENCE.toNanos()) {
                throw new IOException("another program has held " + lock() + " for more than " + PATIENCE.toSeconds()
                        + " seconds: see what it waits for");
            }
            LockSupport.parkNanos(PAUSE.toNanos());
            held = channel.tryLock();
        }
        return held;
    }

    // What another program wrote may be no UTF-8; its lines are then left out or changed, and no write fails by it.
    private Exposition present() throws IOException {
        try {
            return Exposition.parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        } catch (NoSuchFileException first) {
            return Exposition.EMPTY;
        }
    }

    private void replace(String text) throws IOException {
        Path temporary = temporary();
        try {
            Files.write(temporary, text.getBytes(StandardCharsets.UTF_8));
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-r--r--"));
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
