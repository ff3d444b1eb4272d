package dev.satchel.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.UserId;
import dev.satchel.record.ExportType;
import dev.satchel.record.LearningTypes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link ExportCatalog} promises. */
public abstract class ExportCatalogContract {

    private static final Duration LEASE = Duration.ofMinutes(2);
    private static final Duration RETENTION = Duration.ofDays(7);

    private HistoryUnderTest world;
    private ExportHistory history;
    private ExportCatalog catalog;
    private UserId user;

    /** An empty history, without exports and users. */
    protected abstract HistoryUnderTest emptyHistory();

    @BeforeEach
    void begin() {
        world = emptyHistory();
        history = world.history();
        catalog = world.catalog();
        user = world.addUser();
    }

    private UUID requested(UserId who, ExportType type) {
        UUID id = history.request(Requests.of(who, type)).id();
        world.letPass(Duration.ofSeconds(1));
        return id;
    }

    private Export.Completed completed() {
        requested(user, LearningTypes.VOCABULARY);
        Export.Processing export = history.claim("worker", LEASE).orElseThrow();
        return history.complete(export, Exports.anyFileOf(export), RETENTION);
    }

    @Test
    void findsNothingUnderAnUnknownId() {
        assertThat(catalog.find(UUID.randomUUID())).isEmpty();
    }

    @Test
    void showsAPendingExport() {
        UUID id = requested(user, LearningTypes.API_KEYS);

        ExportCatalog.Entry entry = catalog.find(id).orElseThrow();

        assertThat(entry)
                .isEqualTo(new ExportCatalog.Entry(
                        id,
                        user,
                        "api_keys",
                        "csv",
                        "pending",
                        0,
                        null,
                        null,
                        "{}",
                        "{}",
                        null,
                        0,
                        entry.requestedAt(),
                        null,
                        null,
                        null));
    }

    @Test
    void listsTheNewestFirst() {
        UUID first = requested(user, LearningTypes.PROFILE);
        UUID second = requested(world.addUser(), LearningTypes.PROFILE);
        UUID third = requested(user, LearningTypes.SESSIONS);

        assertThat(catalog.newest(null, null, 10))
                .extracting(ExportCatalog.Entry::id)
                .containsExactly(third, second, first);
        assertThat(catalog.newest(null, null, 2))
                .extracting(ExportCatalog.Entry::id)
                .containsExactly(third, second);
    }

    @Test
    void listsOneUserAndOneStatus() {
        UUID claimed = requested(user, LearningTypes.PROFILE);
        UUID waiting = requested(user, LearningTypes.SESSIONS);
        UUID others = requested(world.addUser(), LearningTypes.PROFILE);
        history.claim("worker", LEASE).orElseThrow();

        assertThat(ids(catalog.newest(user, null, 10))).containsExactly(waiting, claimed);
        assertThat(ids(catalog.newest(null, "pending", 10))).containsExactly(others, waiting);
        assertThat(ids(catalog.newest(user, "pending", 10))).containsExactly(waiting);
        assertThat(ids(catalog.newest(user, "failed", 10))).isEmpty();
    }

    private static List<UUID> ids(List<ExportCatalog.Entry> entries) {
        return entries.stream().map(ExportCatalog.Entry::id).toList();
    }

    @Test
    void offersTheFileOfACompletedExport() {
        Export.Completed completed = completed();
        UUID id = completed.id();

        ExportCatalog.Downloadable offered = catalog.downloadable(id).orElseThrow();

        assertThat(offered)
                .isEqualTo(new ExportCatalog.Downloadable(
                        id, user, completed.file().location(), offered.remaining()));
        assertThat(offered.remaining()).isBetween(RETENTION.minusMinutes(1), RETENTION);
    }

    @Test
    void offersNothingBeforeCompletion() {
        UUID id = requested(user, LearningTypes.VOCABULARY);
        assertThat(catalog.downloadable(id)).isEmpty();

        Export.Processing export = history.claim("worker", LEASE).orElseThrow();
        world.journal().opened(export, Exports.anyLocationOf(export));
        assertThat(catalog.downloadable(id)).isEmpty();

        history.fail(export, Exports.accessDenied());
        assertThat(catalog.downloadable(id)).isEmpty();
        assertThat(catalog.downloadable(UUID.randomUUID())).isEmpty();
    }

    @Test
    void offersNothingOnceTheFileExpired() {
        UUID id = completed().id();
        world.letPass(RETENTION.minusMinutes(1));
        assertThat(catalog.downloadable(id)).isPresent();

        world.letPass(Duration.ofMinutes(1));

        assertThat(catalog.downloadable(id)).isEmpty();
    }

    @Test
    void nothingLagsBehindInAnEmptyHistory() {
        assertThat(catalog.lag(LEASE))
                .isEqualTo(new ExportCatalog.Lag(0, Duration.ZERO, 0, 0, Duration.ZERO, Map.of()));
    }

    @Test
    void countsPendingExportsAndTheAgeOfTheOldest() {
        requested(user, LearningTypes.PROFILE);
        world.letPass(Duration.ofMinutes(10));
        requested(user, LearningTypes.SESSIONS);

        ExportCatalog.Lag lag = catalog.lag(LEASE);

        assertThat(lag.pending()).isEqualTo(2);
        assertThat(lag.oldestPending()).isBetween(Duration.ofMinutes(10), Duration.ofMinutes(11));
        assertThat(lag.stuck()).isZero();
    }

    @Test
    void countsPendingExportsByTheFailureThatTheyWaitAfter() {
        requested(user, LearningTypes.PROFILE);
        requested(user, LearningTypes.SESSIONS);
        history.postpone(
                history.claim("worker", LEASE).orElseThrow(), Exports.storeUnavailable(), Duration.ofMinutes(1));

        assertThat(catalog.lag(LEASE).waiting()).isEqualTo(Map.of(Failure.Code.STORE_UNAVAILABLE, 1L));
    }

    @Test
    void listsTheNewestActiveExportsAndTheFailedOnesOfLately() {
        requested(user, LearningTypes.PROFILE);
        Export.Processing failed = history.claim("worker", LEASE).orElseThrow();
        history.fail(failed, Exports.accessDenied());
        world.letPass(Duration.ofMinutes(2));
        UUID waiting = requested(user, LearningTypes.SESSIONS);

        assertThat(ids(catalog.newestActive("pending", 10))).containsExactly(waiting);
        assertThat(catalog.newestActive("processing", 10)).isEmpty();
        assertThat(ids(catalog.newestFailed(Duration.ofHours(1), 10))).containsExactly(failed.id());
        assertThat(catalog.newestFailed(Duration.ofMinutes(1), 10)).isEmpty();
    }

    @Test
    void countsALeaseAsStuckOnceItExpiredLongerAgoThanTheGrace() {
        requested(user, LearningTypes.PROFILE);
        history.claim("worker", LEASE).orElseThrow();
        world.letPass(LEASE.plusMinutes(4));
        assertThat(catalog.lag(Duration.ofMinutes(5)).stuck()).isZero();

        world.letPass(Duration.ofMinutes(1));

        assertThat(catalog.lag(Duration.ofMinutes(5)).stuck()).isEqualTo(1);
        history.reclaimExpired(5);
        assertThat(catalog.lag(Duration.ofMinutes(5)).stuck()).isZero();
    }

    @Test
    void countsExpiredFilesUntilTheyAreRemoved() {
        Export.Completed completed = completed();
        assertThat(catalog.lag(LEASE).overdue()).isZero();

        world.letPass(RETENTION.plusHours(3));

        ExportCatalog.Lag lag = catalog.lag(LEASE);
        assertThat(lag.overdue()).isEqualTo(1);
        assertThat(lag.oldestOverdue()).isBetween(Duration.ofHours(3), Duration.ofHours(4));
        world.journal().deleted(completed.file().location());
        assertThat(catalog.lag(LEASE).overdue()).isZero();
    }

    @Test
    void offersNothingOnceTheFileIsGone() {
        Export.Completed completed = completed();
        UUID id = completed.id();

        world.journal().deleted(completed.file().location());

        assertThat(catalog.downloadable(id)).isEmpty();
    }
}
