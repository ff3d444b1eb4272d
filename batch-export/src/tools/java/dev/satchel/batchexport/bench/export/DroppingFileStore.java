package dev.satchel.batchexport.bench.export;

import dev.satchel.store.FileStore;
import dev.satchel.store.MissingFileException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A store that drops what is written to it, so that everything but storing is measured. It keeps files of a few bytes,
 * because Satchel reads back the mark by which it recognises its store.
 */
final class DroppingFileStore implements FileStore {

    private static final int KEPT = 4096;

    private static final String ROOT = "file:///dev/null/";

    private final Map<URI, byte[]> files = new ConcurrentHashMap<>();

    @Override
    public URI root() {
        return URI.create(ROOT);
    }

    @Override
    public String address() {
        return "nowhere";
    }

    @Override
    public Duration requestLifetime() {
        return Duration.ZERO;
    }

    @Override
    public URI locate(String name) {
        return URI.create(ROOT + name);
    }

    @Override
    public Upload openScratch(String name) {
        return open(name, "part", "application/octet-stream");
    }

    @Override
    public Upload open(String name, String downloadName, String contentType) {
        return new Dropping(locate(name));
    }

    @Override
    public InputStream read(URI location) throws IOException {
        byte[] file = files.get(location);
        if (file == null) {
            throw new MissingFileException(location, null);
        }
        return new ByteArrayInputStream(file);
    }

    @Override
    public void delete(URI location) {
        files.remove(location);
    }

    @Override
    public URI link(URI location, Duration validity) {
        throw new UnsupportedOperationException("what was dropped has no link");
    }

    private final class Dropping implements Upload {

        private final URI location;
        private final Beginning body = new Beginning();

        Dropping(URI location) {
            this.location = location;
        }

        @Override
        public OutputStream body() {
            return body;
        }

        @Override
        public void commit() {
            files.put(location, body.bytes.toByteArray());
        }

        @Override
        public void abort() {}

        @Override
        public boolean isSettled() {
            return true;
        }

        @Override
        public void close() {}
    }

    /** Keeps the first bytes and drops the others. */
    private static final class Beginning extends OutputStream {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public void write(int value) {
            if (bytes.size() < KEPT) {
                bytes.write(value);
            }
        }

        @Override
        public void write(byte[] from, int offset, int length) {
            if (bytes.size() < KEPT) {
                bytes.write(from, offset, Math.min(length, KEPT - bytes.size()));
            }
        }
    }
}
