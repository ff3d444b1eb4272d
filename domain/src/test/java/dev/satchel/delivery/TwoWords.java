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

/** Two words, pushed one after the other. */
final class TwoWords implements UserRecords {

    String fault = "";
    Runnable between = () -> {};
    Runnable after = () -> {};

    @Override
    public Snapshot read(UserId user, List<Dataset> datasets, ExportFilters filters, RecordSink sink)
            throws IOException {
        sink.beginDataset(LearningDatasets.VOCABULARY, List.of(new Column("word", Column.Type.TEXT)));
        word("perro", sink);
        between.run();
        if (!fault.isEmpty()) {
            throw new IllegalStateException(fault);
        }
        word("gato", sink);
        sink.endDataset();
        Snapshot snapshot = new Snapshot(Exports.NOON, Map.of(LearningDatasets.VOCABULARY, 2L), List.of(), "001");
        after.run();
        return snapshot;
    }

    private static void word(String word, RecordSink sink) throws IOException {
        byte[] utf8 = word.getBytes(UTF_8);
        sink.beginRecord();
        sink.text(utf8, 0, utf8.length);
        sink.endRecord();
    }
}
