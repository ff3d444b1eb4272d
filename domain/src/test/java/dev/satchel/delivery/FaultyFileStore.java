package dev.satchel.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.satchel.UserId;
import dev.satchel.export.DeliveredFile;
import dev.satchel.export.Export;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.ExportRequest;
import dev.satchel.export.Exports;
import dev.satchel.export.Failure;
import dev.satchel.export.InMemoryExportHistory;
import dev.satchel.export.Requests;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.RecordSink;
import dev.satchel.record.UserRecords;
import dev.satchel.store.FileStore;
import dev.satchel.store.InMemoryFileStore;
import dev.satchel.store.InMemoryProbeRecords;
import dev.satchel.store.StoreCheck;
import dev.satchel.store.StoreMismatchException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    Runnable onCommit = () -> {};

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
        public boolean isSettled() {
            return settled;
        }

        @Override
        public void close() throws IOException {
            openUploads--;
            failAt(Fault.CLOSE);
        }
    }
}
