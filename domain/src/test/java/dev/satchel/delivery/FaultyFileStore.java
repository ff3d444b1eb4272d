package dev.satchel.delivery;

import dev.satchel.store.FileStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Keeps files in memory, and fails where it is told to. */
final class FaultyFileStore implements FileStore {

    final Map<URI, byte[]> objects = new TreeMap<>();
    final List<String> names = new ArrayList<>();
    final List<String> downloadNames = new ArrayList<>();
    Fault fault = Fault.NONE;
    String message = "";
    boolean deletesFail;
    boolean settled = true;
    int openUploads;
    int commits;
    Runnable onOpen = () -> {};
    Runnable onWrite = () -> {};
    Runnable onAbort = () -> {};
    Runnable onCommit = () -> {};
    Runnable onClose = () -> {};

    private void failAt(Fault here) throws IOException {
        if (fault == here) {
            throw new IOException(message);
        }
    }

    @Override
    public URI root() {
        return URI.create("memory:///");
    }

    @Override
    public String address() {
        return "this process";
    }

    @Override
    public Duration requestLifetime() {
        return Duration.ofHours(1);
    }

    @Override
    public URI locate(String name) {
        return URI.create("memory:///" + name);
    }

    @Override
    public Upload openScratch(String name) throws IOException {
        return open(name, "part", "application/octet-stream");
    }

    @Override
    public Upload open(String name, String downloadName, String contentType) throws IOException {
        onOpen.run();
        failAt(Fault.OPEN);
        names.add(name);
        downloadNames.add(downloadName);
        openUploads++;
        return new Writing(locate(name));
    }

    @Override
    public InputStream read(URI location) throws IOException {
        throw new IOException("delivery reads nothing back");
    }

    @Override
    public void delete(URI location) throws IOException {
        if (deletesFail) {
            throw new IOException("the store is down");
        }
        objects.remove(location);
    }

    @Override
    public URI link(URI location, Duration validity) throws IOException {
        throw new IOException("delivery links nothing");
    }

    private final class Writing implements Upload {

        private final URI location;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Writing(URI location) {
            this.location = location;
        }

        @Override
        public OutputStream body() {
            return new OutputStream() {
                @Override
                public void write(int value) throws IOException {
                    write(new byte[] {(byte) value}, 0, 1);
                }

                @Override
                public void write(byte[] some, int offset, int length) throws IOException {
                    Runnable once = onWrite;
                    onWrite = () -> {};
                    once.run();
                    failAt(Fault.WRITE);
                    bytes.write(some, offset, length);
                }
            };
        }

        @Override
        public void commit() throws IOException {
            failAt(Fault.COMMIT);
            objects.put(location, bytes.toByteArray());
            commits++;
            onCommit.run();
        }

        @Override
        public void abort() {
            onAbort.run();
        }

        @Override
        public boolean isSettled() {
            return settled;
        }

        @Override
        public void close() throws IOException {
            openUploads--;
            onClose.run();
            failAt(Fault.CLOSE);
        }
    }
}
