package dev.satchel.batchexport.store;

import dev.satchel.batchexport.store.file.UploadObserver;
import dev.satchel.batchexport.store.s3.S3FileStore;
import dev.satchel.store.FileStore;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.FileSystemException;
import java.time.Duration;

/**
 * Wraps a store, so that exceptions name the store: it throws exceptions of the file system and the AWS SDK as the
 * cause of a {@link StoreException}. Exceptions of the wrapped store's own types pass through unchanged.
 */
public final class NamedFileStore implements FileStore, AutoCloseable {

    private final FileStore store;
    private final String name;

    public NamedFileStore(FileStore store, StoreAddress name) {
        this.store = store;
        this.name = name.toString();
    }

    /** Sets who is told of the requests of uploads that begin from now on; only S3 has such requests. */
    public void observe(UploadObserver observer) {
        if (store instanceof S3FileStore s3) {
            s3.observe(observer);
        }
    }

    @Override
    public URI root() {
        return store.root();
    }

    @Override
    public String address() {
        return store.address();
    }

    @Override
    public Duration requestLifetime() {
        return store.requestLifetime();
    }

    @Override
    public URI locate(String file) {
        return store.locate(file);
    }

    @Override
    public Upload open(String file, String downloadName, String contentType) throws IOException {
        return named(() -> new NamedUpload(store.open(file, downloadName, contentType)));
    }

    @Override
    public Upload openScratch(String file) throws IOException {
        return named(() -> new NamedUpload(store.openScratch(file)));
    }

    @Override
    public InputStream read(URI location) throws IOException {
        return named(() -> new NamedContent(store.read(location)));
    }

    @Override
    public void delete(URI location) throws IOException {
        run(() -> store.delete(location));
    }

    @Override
    public URI link(URI location, Duration validity) throws IOException {
        return named(() -> store.link(location, validity));
    }

    @Override
    public void close() {
        if (store instanceof S3FileStore s3) {
            s3.close();
        }
    }

    private <T> T named(Asking<T> asking) throws IOException {
        try {
            return asking.ask();
        } catch (FileSystemException failed) {
            throw new StoreException(name, failed);
        } catch (RuntimeException failed) {
            if (StoreFailures.isOfSdk(failed)) {
                throw new StoreException(name, failed);
            }
            throw failed;
        }
    }

    private void run(Doing doing) throws IOException {
        named(() -> {
            doing.run();
            return name;
        });
    }

    private interface Asking<T> {
        T ask() throws IOException;
    }

    private interface Doing {
        void run() throws IOException;
    }

    private final class NamedUpload implements Upload {

        private final Upload upload;
        private final OutputStream body;

        NamedUpload(Upload upload) {
            this.upload = upload;
            this.body = new NamedBody(upload.body());
        }

        @Override
        public OutputStream body() {
            return body;
        }

        @Override
        public void commit() throws IOException {
            run(upload::commit);
        }

        @Override
        public void abort() {
            upload.abort();
        }

        @Override
        public boolean isSettled() {
            return upload.isSettled();
        }

        @Override
        public void close() throws IOException {
            run(upload::close);
        }
    }

    private final class NamedContent extends FilterInputStream {

        NamedContent(InputStream content) {
            super(content);
        }

        @Override
        public int read() throws IOException {
            return named(in::read);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return named(() -> in.read(bytes, offset, length));
        }
    }

    private final class NamedBody extends FilterOutputStream {

        NamedBody(OutputStream body) {
            super(body);
        }

        @Override
        public void write(int value) throws IOException {
            run(() -> out.write(value));
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            run(() -> out.write(bytes, offset, length));
        }

        @Override
        public void flush() throws IOException {
            run(out::flush);
        }

        @Override
        public void close() throws IOException {
            run(out::close);
        }
    }
}
