package dev.satchel.batchexport.run;

import dev.satchel.store.FileStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A store that notices when it is closed, and holds uploads and removals while it is told to. */
final class HeldStore implements FileStore, AutoCloseable {

    private final FileStore store;
    private volatile CountDownLatch uploading = new CountDownLatch(1);
    private volatile CountDownLatch deleting = new CountDownLatch(1);
    private volatile CountDownLatch release = new CountDownLatch(0);
    private volatile boolean closed;

    HeldStore(FileStore store) {
        this.store = store;
    }

    /** Holds every upload and removal from now on. */
    HeldStore hold(int uploads) {
        uploading = new CountDownLatch(uploads);
        deleting = new CountDownLatch(1);
        release = new CountDownLatch(1);
        return this;
    }

    void release() {
        release.countDown();
    }

    /** Waits until as many uploads are held as were expected. */
    void awaitUploads() throws InterruptedException {
        uploading.await();
    }

    void awaitRemoval() throws InterruptedException {
        deleting.await();
    }

    boolean isClosed() {
        return closed;
    }

    private void held(CountDownLatch begun) throws IOException {
        begun.countDown();
        try {
            release.await();
        } catch (InterruptedException interrupted) {
            throw new IOException(interrupted);
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
    public Upload openScratch(String name) throws IOException {
        held(uploading);
        return store.openScratch(name);
    }

    @Override
    public Upload open(String file, String downloadName, String contentType) throws IOException {
        held(uploading);
        return store.open(file, downloadName, contentType);
    }

    @Override
    public InputStream read(URI location) throws IOException {
        return store.read(location);
    }

    @Override
    public void delete(URI location) throws IOException {
        held(deleting);
        store.delete(location);
    }

    @Override
    public URI link(URI location, Duration validity) throws IOException {
        return store.link(location, validity);
    }

    @Override
    public void close() {
        closed = true;
    }
}
