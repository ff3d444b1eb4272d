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

/** What delivery does where the store is another one or does not answer. */
class DeliverExportStoreTest extends DeliveryFixture {

    @Nested
    class AnotherStore {

        @Test
        void isGivenNothing() throws IOException {
            check.check();
            marked.exchange();
            Export.Processing export = claimed();

            Delivery delivery = deliver(export);

            assertThat(delivery)
                    .isInstanceOfSatisfying(
                            Delivery.Postponed.class,
                            postponed -> assertThat(postponed.cause()).isInstanceOf(StoreMismatchException.class));
            assertThat(store.names).isEmpty();
            assertNothingIsLeft();
        }
    }

    @Nested
    class RequestWithoutAnswer {

        @BeforeEach
        void loseIt() {
            store.settled = false;
        }

        @ParameterizedTest
        @CsvSource({"WRITE", "COMMIT", "CLOSE"})
        void leavesTheEntryToCleanUpAfterAFailure(Fault fault) {
            store.fault = fault;
            store.message = "down";

            deliver(claimed());

            assertThat(store.objects).isEmpty();
            assertThat(history.remembered()).hasSize(1);
        }

        @Test
        void leavesTheEntryToCleanUpAfterTheLeaseWasLost() {
            store.onCommit = DeliverExportStoreTest.this::takeTheLeaseAway;

            deliver(claimed());

            assertThat(store.objects).isEmpty();
            assertThat(history.remembered()).hasSize(1);
        }

        @Test
        void isOnRecordWithThePublishedFile() {
            Export.Processing export = claimed();

            assertThat(deliver(export)).isInstanceOf(Delivery.Delivered.class);

            URI location = entry(export).location();
            history.deleteExport(export.id());
            assertThat(history.removed(location, store.requestLifetime())).isFalse();
            history.letPass(store.requestLifetime());
            assertThat(history.removed(location, store.requestLifetime())).isTrue();
        }
    }
}
