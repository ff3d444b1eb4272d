package dev.satchel.batchexport.faults;

import dev.satchel.batchexport.faults.Gate.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The file system of this machine as one process sees it: it asks a {@link Gate} before each operation. What is refused
 * fails with {@code Input/output error}.
 */
final class GatedFiles implements AutoCloseable {

    private final Path root;
    private final Gate gate;
    private final Files files;
    private final Provider provider;
    private final List<Closeable> open = Collections.synchronizedList(new ArrayList<>());

    /** @param root the directory to see through the gate */
    GatedFiles(Path root, Gate gate) {
        this.root = root;
        this.gate = gate;
        this.files = new Files();
        this.provider = new Provider(root.getFileSystem().provider());
    }

    /** The directory, as a path whose operations pass the gate. */
    Path root() {
        return gated(root);
    }

    /** Closes what a dead process has open. */
    @Override
    public void close() throws IOException {
        for (Closeable each : List.copyOf(open)) {
            each.close();
        }
    }

    /** An operation of the file system. */
    @FunctionalInterface
    interface Operation<T> {
        T run() throws IOException;
    }

    <T> T pass(String name, Path path, Operation<T> operation) throws IOException {
        switch (gate.arrive(Kind.FILE, text(name, path), true)) {
            case PASS:
                return operation.run();
            case FAIL, STILL_FAILING:
                throw new FileSystemException(path.toString(), null, "Input/output error");
            case LOSE_ANSWER:
                discard(operation);
                throw new FileSystemException(path.toString(), null, "Input/output error");
            case DIE_AFTERWARDS:
                discard(operation);
                gate.kill();
                throw new FileSystemException(path.toString(), null, "the process is dead");
            case ARRIVE_LATE:
                try {
                    discard(operation);
                } finally {
                    gate.arrived();
                }
                throw new FileSystemException(path.toString(), null, "the process is dead");
            default:
                throw new FileSystemException(path.toString(), null, "the process is dead");
        }
    }

    // An operation that is refused by now was executed too late to do anything.
    private static <T> void discard(Operation<T> operation) {
        try {
            if (operation.run() instanceof Closeable resource) {
                resource.close();
            }
        } catch (IOException refused) {
            return;
        }
    }

    /** The operation and the path below the root, without ids. */
    private String text(String name, Path path) {
        String below = path.startsWith(root) ? root.relativize(path).toString() : "(above)";
        return name + " " + Gate.withoutIds(below);
    }

    <T extends Closeable> T opened(T resource) {
        open.add(resource);
        return resource;
    }

    private Path gated(Path path) {
        return (Path) Proxy.newProxyInstance(
                GatedFiles.class.getClassLoader(), new Class<?>[] {Path.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "getFileSystem":
                            return files;
                        case "toRealPath":
                            return pass("toRealPath", path, () -> gated(path.toRealPath((LinkOption[]) arguments[0])));
                        case "equals":
                            return path.equals(plain(arguments[0]));
                        default:
                            return wrapped(call(method, path, arguments));
                    }
                });
    }

    private @Nullable Object wrapped(@Nullable Object result) {
        return result instanceof Path path ? gated(path) : result;
    }

    private @Nullable Object call(Method method, Path path, Object @Nullable [] arguments) throws Throwable {
        Object[] plain = arguments == null
                ? null
                : Arrays.stream(arguments).map(this::plain).toArray();
        try {
            return method.invoke(path, plain);
        } catch (InvocationTargetException failed) {
            throw failed.getCause();
        }
    }

    private @Nullable Object plain(@Nullable Object argument) {
        return argument instanceof Path path && path.getFileSystem() == files
                ? root.getFileSystem().getPath(path.toString())
                : argument;
    }

    private Path real(Path path) {
        return (Path) plain(path);
    }

    private final class GatedDirectory implements DirectoryStream<Path> {

        private final DirectoryStream<Path> directory;

        GatedDirectory(DirectoryStream<Path> directory) {
            this.directory = directory;
        }

        @Override
        public Iterator<Path> iterator() {
            return StreamSupport.stream(directory.spliterator(), false)
                    .map(GatedFiles.this::gated)
                    .iterator();
        }

        @Override
        public void close() throws IOException {
            directory.close();
        }
    }

    private final class Files extends FileSystem {

        @Override
        public FileSystemProvider provider() {
            return provider;
        }

        @Override
        public Set<String> supportedFileAttributeViews() {
            return root.getFileSystem().supportedFileAttributeViews();
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public boolean isReadOnly() {
            return false;
        }

        @Override
        public String getSeparator() {
            return root.getFileSystem().getSeparator();
        }

        @Override
        public Path getPath(String first, String... more) {
            return gated(root.getFileSystem().getPath(first, more));
        }

        @Override
        public Iterable<Path> getRootDirectories() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Iterable<FileStore> getFileStores() {
            throw new UnsupportedOperationException();
        }

        @Override
        public PathMatcher getPathMatcher(String pattern) {
            throw new UnsupportedOperationException();
        }

        @Override
        public UserPrincipalLookupService getUserPrincipalLookupService() {
            throw new UnsupportedOperationException();
        }

        @Override
        public WatchService newWatchService() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            throw new UnsupportedOperationException();
        }
    }

    private final class Provider extends FileSystemProvider {

        private final FileSystemProvider own;

        Provider(FileSystemProvider own) {
            this.own = own;
        }

        @Override
        public String getScheme() {
            return own.getScheme();
        }

        @Override
        public FileSystem newFileSystem(URI uri, Map<String, ?> env) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileSystem getFileSystem(URI uri) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Path getPath(URI uri) {
            return gated(own.getPath(uri));
        }

        @Override
        public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
                throws IOException {
            Path real = real(path);
            return pass(
                    "open",
                    real,
                    () -> new GatedFileChannel(
                            GatedFiles.this, real, opened(own.newFileChannel(real, options, attributes))));
        }

        @Override
        public SeekableByteChannel newByteChannel(
                Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
            Path real = real(path);
            return pass("read", real, () -> opened(own.newByteChannel(real, options, attributes)));
        }

        @Override
        public DirectoryStream<Path> newDirectoryStream(Path directory, DirectoryStream.Filter<? super Path> filter)
                throws IOException {
            Path real = real(directory);
            return pass(
                    "list",
                    real,
                    () -> new GatedDirectory(opened(own.newDirectoryStream(real, path -> filter.accept(gated(path))))));
        }

        @Override
        public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
            Path real = real(directory);
            pass("createDirectory", real, () -> {
                own.createDirectory(real, attributes);
                return true;
            });
        }

        @Override
        public void createLink(Path link, Path existing) throws IOException {
            Path real = real(link);
            pass("createLink", real, () -> {
                own.createLink(real, real(existing));
                return true;
            });
        }

        @Override
        public void delete(Path path) throws IOException {
            Path real = real(path);
            pass("delete", real, () -> {
                own.delete(real);
                return true;
            });
        }

        @Override
        public void copy(Path source, Path target, CopyOption... options) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void move(Path source, Path target, CopyOption... options) throws IOException {
            Path real = real(target);
            pass("move", real, () -> {
                own.move(real(source), real, options);
                return true;
            });
        }

        @Override
        public boolean isSameFile(Path path, Path other) throws IOException {
            Path real = real(path);
            return pass("look", real, () -> own.isSameFile(real, real(other)));
        }

        @Override
        public boolean isHidden(Path path) throws IOException {
            return own.isHidden(real(path));
        }

        @Override
        public FileStore getFileStore(Path path) throws IOException {
            return own.getFileStore(real(path));
        }

        @Override
        public void checkAccess(Path path, AccessMode... modes) throws IOException {
            Path real = real(path);
            pass("look", real, () -> {
                own.checkAccess(real, modes);
                return true;
            });
        }

        @Override
        public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type, LinkOption... options) {
            return own.getFileAttributeView(real(path), type, options);
        }

        @Override
        public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
                throws IOException {
            Path real = real(path);
            return pass("look", real, () -> own.readAttributes(real, type, options));
        }

        @Override
        public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
                throws IOException {
            Path real = real(path);
            return pass("look", real, () -> own.readAttributes(real, attributes, options));
        }

        @Override
        public void setAttribute(Path path, String attribute, Object value, LinkOption... options) throws IOException {
            Path real = real(path);
            pass("setAttribute", real, () -> {
                own.setAttribute(real, attribute, value, options);
                return true;
            });
        }
    }
}
