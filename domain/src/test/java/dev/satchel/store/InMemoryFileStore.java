package dev.satchel.store;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Keeps files in memory. A test can {@linkplain #failOn make a step fail}, and look at what is {@linkplain #names
 * published} and what is {@linkplain #unfinished left over}.
 */
public final class InMemoryFileStore implements FileStore {

    private static final String ROOT = "memory:/store/";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");
    private static final Duration LONGEST_LINK = Duration.ofMinutes(15);

    private final Map<String, byte[]> files = new TreeMap<>();
    private final Map<MemoryUpload, String> uploads = new IdentityHashMap<>();
    private final Map<Step, Supplier<? extends Exception>> failures = new EnumMap<>(Step.class);
    private boolean settled = true;
    private Duration requestLifetime = Duration.ZERO;

    /** Where a store can fail. */
    public enum Step {
        OPEN,
        WRITE,
        /** Before the file is there. */
        COMMIT,
        /** After the file is there: the answer got lost. */
        COMMITTED,
        /** The unfinished upload stays. */
        CLOSE,
        READ,
        DELETE,
        LINK
    }

    /** Makes that step fail from now on; the exception is an {@link IOException} or unchecked. */
    public synchronized void failOn(Step step, Supplier<? extends Exception> failure) {
        failures.put(step, failure);
    }

    /** Lets every step succeed again. */
    public synchronized void recover() {
        failures.clear();
        settled = true;
    }

    /** Says from now on that a request of each upload got no answer, and how long such a request may be under way. */
    public synchronized void loseAnswers(Duration lifetime) {
        settled = false;
        requestLifetime = lifetime;
    }

    /** Puts a file there that no upload wrote, such as one whose request arrives late. */
    public synchronized void arrive(URI location, byte[] content) {
        files.put(name(location), content.clone());
    }

    /** Becomes an empty store at the same root. */
    public synchronized void exchange() {
        files.clear();
        uploads.clear();
    }

    /** The names of the published files, in order. */
    public synchronized Collection<String> names() {
        return new TreeSet<>(files.keySet());
    }

    /** The names of the uploads that were neither committed nor removed, in order. */
    public synchronized Collection<String> unfinished() {
        return new TreeSet<>(uploads.values());
    }

    @Override
    public URI root() {
        return URI.create(ROOT);
    }

    @Override
    public String address() {
        return "this process";
    }

    @Override
    public synchronized Duration requestLifetime() {
        return requestLifetime;
    }

    @Override
    public URI locate(String name) {
        return URI.create(ROOT + checked(name));
    }

    @Override
    public Upload openScratch(String name) throws IOException {
        return open(name, "part", "application/octet-stream");
    }

    @Override
    public synchronized Upload open(String name, String downloadName, String contentType) throws IOException {
        checked(name);
        fail(Step.OPEN);
        MemoryUpload upload = new MemoryUpload(name);
        uploads.put(upload, name);
        return upload;
    }

    @Override
    public synchronized InputStream read(URI location) throws IOException {
        String name = name(location);
        fail(Step.READ);
        byte[] file = files.get(name);
        if (file == null) {
            throw new MissingFileException(location, new FileNotFoundException(name));
        }
        return new ByteArrayInputStream(file);
    }

    @Override
    public synchronized void delete(URI location) throws IOException {
        String name = name(location);
        fail(Step.DELETE);
        uploads.values().removeIf(name::equals);
        files.remove(name);
    }

    @Override
    public synchronized URI link(URI location, Duration validity) throws IOException {
        String name = name(location);
        if (validity.isZero() || validity.isNegative() || validity.compareTo(LONGEST_LINK) > 0) {
            throw new IllegalArgumentException("a link may be valid for at most 15 minutes, was " + validity);
        }
        fail(Step.LINK);
        return URI.create(ROOT + name + "?seconds=" + validity.toSeconds());
    }

    private static String name(URI location) {
        String text = location.toString();
        if (!text.startsWith(ROOT)
                || !NAME.matcher(text.substring(ROOT.length())).matches()) {
            throw new IllegalArgumentException("'" + location + "' is not in the store " + ROOT);
        }
        return text.substring(ROOT.length());
    }

    private static String checked(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is not a name for a file");
        }
        return name;
    }

    private void fail(Step step) throws IOException {
        Supplier<? extends Exception> failure = failures.get(step);
        if (failure == null) {
            return;
        }
        Exception exception = failure.get();
        if (exception instanceof IOException checked) {
            throw checked;
        }
        throw (RuntimeException) exception;
    }

    private final class MemoryUpload implements Upload {

        private final String name;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean ended;
        private boolean aborted;

        MemoryUpload(String name) {
            this.name = name;
        }

        @Override
        public OutputStream body() {
            return new OutputStream() {
                @Override
                public void write(int value) throws IOException {
                    write(new byte[] {(byte) value}, 0, 1);
                }

                @Override
                public void write(byte[] source, int offset, int length) throws IOException {
                    synchronized (InMemoryFileStore.this) {
                        if (ended) {
                            throw new IOException("the upload of " + name + " has ended");
                        }
                        checkAborted();
                        fail(Step.WRITE);
                        bytes.write(source, offset, length);
                    }
                }
            };
        }

        @Override
        public void commit() throws IOException {
            synchronized (InMemoryFileStore.this) {
                if (ended) {
                    throw new IllegalStateException("the upload of " + name + " has ended");
                }
                checkAborted();
                fail(Step.COMMIT);
                if (!uploads.containsKey(this)) {
                    throw new IOException("the upload of " + name + " was removed");
                }
                if (files.putIfAbsent(name, bytes.toByteArray()) != null) {
                    throw new IOException(name + " exists already");
                }
                uploads.remove(this);
                ended = true;
                fail(Step.COMMITTED);
            }
        }

        @Override
        public void abort() {
            synchronized (InMemoryFileStore.this) {
                aborted = true;
            }
        }

        private void checkAborted() throws IOException {
            if (aborted) {
                throw new IOException("the upload of " + name + " was aborted");
            }
        }

        @Override
        public boolean isSettled() {
            synchronized (InMemoryFileStore.this) {
                return settled;
            }
        }

        @Override
        public void close() throws IOException {
            synchronized (InMemoryFileStore.this) {
                if (!ended) {
                    ended = true;
                    fail(Step.CLOSE);
                    uploads.remove(this);
                }
            }
        }
    }
}
