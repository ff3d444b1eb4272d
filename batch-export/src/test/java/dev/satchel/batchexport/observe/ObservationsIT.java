package dev.satchel.batchexport.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.autoconfigure.SatchelAutoConfiguration;
import dev.satchel.batchexport.autoconfigure.SatchelExportAutoConfiguration;
import dev.satchel.batchexport.autoconfigure.SatchelHealthAutoConfiguration;
import dev.satchel.batchexport.autoconfigure.SatchelMetricsAutoConfiguration;
import dev.satchel.batchexport.autoconfigure.SatchelStoreAutoConfiguration;
import dev.satchel.batchexport.run.ExportWorker;
import dev.satchel.batchexport.run.cleanup.ExportCleanUp;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.store.NamedFileStore;
import dev.satchel.postgres.SatchelPostgresAutoConfiguration;
import dev.satchel.postgres.session.OwnSessions;
import io.micrometer.common.KeyValue;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What a registry of observations sees of a real run and a real clean-up. */
class ObservationsIT {

    @TempDir
    Path folder;

    @AutoClose
    private Installation satchel;

    private final Queue<String> observed = new ConcurrentLinkedQueue<>();
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final ObservationRegistry observations = ObservationRegistry.create();
    private final ObservedBeans beans = new ObservedBeans(() -> meters, () -> observations);

    @BeforeEach
    void begin() {
        satchel = Installation.in(folder.resolve("s3"));
        observations.observationConfig().observationHandler(new Recorder());
    }

    private final class Recorder implements ObservationHandler<Observation.Context> {

        @Override
        public void onStop(Observation.Context context) {
            if (context.getName().startsWith("satchel.")) {
                String tags = context.getLowCardinalityKeyValues().stream()
                        .map(KeyValue::getValue)
                        .sorted()
                        .collect(Collectors.joining(" "));
                observed.add((context.getName() + " " + tags).strip()
                        + (context.getParentObservation() == null
                                ? ""
                                : " below "
                                        + context.getParentObservation()
                                                .getContextView()
                                                .getName()));
            }
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }
    }

    private Settings settings() {
        return new Settings(satchel.environment());
    }

    @Test
    void aRunIsObservedFromTheClaimToTheParts() throws Exception {
        satchel.requestOfNewUser();
        Settings settings = settings();
        try (NamedFileStore store = settings.store();
                HikariDataSource pool = settings.database().pool(8);
                ExportWorker worker = ExportWorker.builder(new OwnSessions(pool), store)
                        .concurrency(1)
                        .listener(new ExportMeters(meters))
                        .observe(beans)
                        .build()) {
            worker.run();
        }

        assertThat(observed)
                .contains("satchel.dataset below satchel.export")
                .contains("satchel.upload.part sent below satchel.export");
        assertThat(observed)
                .anyMatch(seen -> seen.startsWith("satchel.claim claimed"))
                .anyMatch(seen -> seen.startsWith("satchel.export csv delivered"));
        assertThat(meters.get("satchel.exports")
                        .tags("outcome", "delivered", "format", "csv")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void aCleanUpIsObserved() throws Exception {
        Settings settings = settings();

        try (NamedFileStore store = settings.store();
                HikariDataSource pool = settings.database().pool(ExportCleanUp.CONNECTIONS);
                ExportCleanUp cleanUp = ExportCleanUp.builder(new OwnSessions(pool), store)
                        .datasets(settings.datasets())
                        .settings(settings.exports())
                        .observe(beans)
                        .build()) {
            cleanUp.run();
        }

        assertThat(observed).anyMatch(seen -> seen.startsWith("satchel.cleanup completed"));
        assertThat(meters.get("satchel.job.last.success.timestamp")
                        .tag("satchel.job", "cleanup")
                        .gauge()
                        .value())
                .isPositive();
    }

    @Test
    void aRunThatLeavesSomethingBehindIsNoSuccess() throws Exception {
        satchel.requestOfNewUser();
        satchel.sql("INSERT INTO export_history (user_id, export_type, export_format)"
                + " SELECT id, 'nonsense', 'csv' FROM users LIMIT 1");
        Settings settings = settings();

        try (NamedFileStore store = settings.store();
                HikariDataSource pool = settings.database().pool(8);
                ExportWorker worker = ExportWorker.builder(new OwnSessions(pool), store)
                        .observe(beans)
                        .build()) {
            assertThat(worker.run().isComplete()).isFalse();
        }

        assertThat(meters.find("satchel.job.last.success.timestamp").gauges()).isEmpty();
    }

    /** A service that asks every minute is well although nothing is due for days. */
    @Test
    void aRunThatFindsNothingDueSucceedsToo() throws Exception {
        Settings settings = settings();

        try (NamedFileStore store = settings.store();
                HikariDataSource pool = settings.database().pool(8);
                ExportWorker worker = ExportWorker.builder(new OwnSessions(pool), store)
                        .observe(beans)
                        .build()) {
            worker.runPending();
        }

        assertThat(meters.get("satchel.job.last.success.timestamp")
                        .tag("satchel.job", "export_run")
                        .gauge()
                        .value())
                .isPositive();
    }

    @Test
    void aServiceFindsWhatItsWorkerDidInItsOwnRegistry() throws Exception {
        satchel.requestOfNewUser();
        Path store = Files.createDirectory(folder.resolve("store"));

        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        SatchelAutoConfiguration.class,
                        SatchelPostgresAutoConfiguration.class,
                        SatchelStoreAutoConfiguration.class,
                        SatchelExportAutoConfiguration.class,
                        SatchelMetricsAutoConfiguration.class,
                        SatchelHealthAutoConfiguration.class))
                .withBean(DataSource.class, () -> satchel.database().workerDataSource())
                .withBean(MeterRegistry.class, () -> meters)
                .withPropertyValues("satchel.store=" + store.toUri())
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    context.getBean(LagGauges.class).bindTo(meters);
                    assertThat(meters.get("satchel.exports.pending").gauge().value())
                            .isEqualTo(1);

                    context.getBean(ExportWorker.class).runPending();
                    context.getBean(ExportCleanUp.class).run();

                    assertThat(meters.get("satchel.exports")
                                    .tags("outcome", "delivered", "format", "csv")
                                    .counter()
                                    .count())
                            .isEqualTo(1);
                    assertThat(meters.get("satchel.export.duration").timer().count())
                            .isEqualTo(1);
                    assertThat(meters.get("satchel.job.last.success.timestamp").gauges())
                            .hasSize(2);
                    assertThat(context.getBeansOfType(HealthIndicator.class))
                            .hasSize(4)
                            .allSatisfy((name, indicator) -> assertThat(
                                            indicator.health().getStatus())
                                    .as(name)
                                    .isEqualTo(Status.UP));
                });
    }
}
