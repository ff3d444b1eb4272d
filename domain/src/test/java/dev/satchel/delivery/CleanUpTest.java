package dev.satchel.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.satchel.UserId;
import dev.satchel.export.Export;
import dev.satchel.export.Exports;
import dev.satchel.export.InMemoryExportHistory;
import dev.satchel.export.Requests;
import dev.satchel.store.FileStore;
import dev.satchel.store.InMemoryFileStore;
import dev.satchel.store.InMemoryProbeRecords;
import dev.satchel.store.StoreCheck;
import dev.satchel.store.StoreMismatchException;
import dev.satchel.store.UploadJournal;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CleanUpTest {

    private static final Duration GRACE = Duration.ofHours(1);
    private static final Duration RETENTION = Duration.ofDays(7);

    private final InMemoryExportHistory history = new InMemoryExportHistory();
    private final UserId user = history.addUser();
    private final StoreOfNames store = new StoreOfNames();
    private final InMemoryFileStore marked = new InMemoryFileStore();
    private final InMemoryProbeRecords probes = new InMemoryProbeRecords(history);
    private final StoreCheck check = new StoreCheck(marked, history.stores(), history, probes);
    private final CleanUp cleanUp = new CleanUp(history, store, check, probes, GRACE);

    @BeforeEach
    void markTheStore() throws IOException {
        check.check();
    }

    private Export.Processing claimed() {
        history.request(Requests.of(user));
        return history.claim("worker", Duration.ofMinutes(2)).orElseThrow();
    }

    private Export.Completed published() {
        Export.Processing export = claimed();
        URI location = Exports.anyLocation();
        history.opened(export, location);
        store.objects.add(location);
        return history.complete(export, Exports.file(location), RETENTION);
    }

    private void removeAll() throws IOException {
        for (UploadJournal.Leftover leftover : cleanUp.leftovers(100)) {
            cleanUp.remove(leftover);
        }
    }

    @Test
    void removesTheObjectAndThenItsLocation() throws IOException {
        Export.Completed export = published();
        history.letPass(RETENTION);

        removeAll();

        assertThat(store.objects).isEmpty();
        assertThat(store.shownWhileDeleting).containsExactly(export.file().location());
        assertThat(history.find(export.id()).orElseThrow().location()).isNull();
        assertThat(cleanUp.leftovers(100)).isEmpty();
    }

    @Test
    void keepsTheEntryWhenTheStoreFails() throws IOException {
        Export.Completed export = published();
        history.letPass(RETENTION);
        store.broken = true;

        assertThatExceptionOfType(IOException.class).isThrownBy(this::removeAll).withMessage("the store is down");

        assertThat(history.find(export.id()).orElseThrow().location())
                .isEqualTo(export.file().location());
        assertThat(cleanUp.leftovers(100)).hasSize(1);
        store.broken = false;
        removeAll();
        assertThat(store.objects).isEmpty();
        assertThat(cleanUp.leftovers(100)).isEmpty();
    }

    @Test
    void countsAMissingObjectAsRemoved() throws IOException {
        Export.Completed export = published();
        store.objects.clear();
        history.letPass(RETENTION);

        removeAll();

        assertThat(history.find(export.id()).orElseThrow().location()).isNull();
        assertThat(cleanUp.leftovers(100)).isEmpty();
    }

    @Test
    void removesTheFilesOfADeletedAccount() throws IOException {
        published();
        history.deleteUser(user);

        removeAll();

        assertThat(store.objects).isEmpty();
        assertThat(history.remembered()).isEmpty();
    }

    @Test
    void leavesAnUnpublishedObjectAloneForTheGrace() throws IOException {
        Export.Processing export = claimed();
        URI location = Exports.anyLocation();
        history.opened(export, location);
        store.objects.add(location);
        history.fail(export, Exports.accessDenied());

        history.letPass(GRACE.minusSeconds(1));
        removeAll();
        assertThat(store.objects).containsExactly(location);

        history.letPass(Duration.ofSeconds(1));
        removeAll();
        assertThat(store.objects).isEmpty();
    }

    @Test
    void forgetsNothingWhenTheStoreIsAnother() throws IOException {
        Export.Completed export = published();
        history.letPass(RETENTION);
        marked.exchange();

        assertThatExceptionOfType(StoreMismatchException.class).isThrownBy(this::removeAll);

        assertThat(store.objects).containsExactly(export.file().location());
        assertThat(history.remembered()).containsExactly(export.file().location());
        assertThat(history.find(export.id()).orElseThrow().location())
                .isEqualTo(export.file().location());
    }

    @Test
    void forgetsNothingWhenTheStoreBecomesAnotherMeanwhile() {
        Export.Completed export = published();
        history.letPass(RETENTION);
        store.onDelete = marked::exchange;

        assertThatExceptionOfType(StoreMismatchException.class).isThrownBy(this::removeAll);

        assertThat(history.remembered()).containsExactly(export.file().location());
    }

    private URI abandonedProbe() {
        URI probe = store.locate("satchel-probe/1");
        probes.begun(probe);
        store.objects.add(probe);
        history.letPass(GRACE);
        return probe;
    }

    @Test
    void keepsTheRecordOfAProbeWhenTheStoreIsAnother() {
        URI probe = abandonedProbe();
        marked.exchange();

        assertThatExceptionOfType(StoreMismatchException.class).isThrownBy(() -> cleanUp.removeProbes(10));

        assertThat(store.objects).containsExactly(probe);
        assertThat(probes.remembered()).containsExactly(probe);
    }

    @Test
    void keepsTheRecordOfAProbeWhenTheStoreBecomesAnotherMeanwhile() {
        URI probe = abandonedProbe();
        store.onDelete = marked::exchange;

        assertThatExceptionOfType(StoreMismatchException.class).isThrownBy(() -> cleanUp.removeProbes(10));

        assertThat(probes.remembered()).containsExactly(probe);
    }

    @Test
    void looksAgainForAnObjectThatARequestWithoutAnswerMayStillWrite() throws IOException {
        store.requestLifetime = Duration.ofHours(2);
        Export.Processing export = claimed();
        URI location = Exports.anyLocation();
        history.opened(export, location);
        history.fail(export, Exports.accessDenied());
        history.letPass(GRACE);

        removeAll();
        assertThat(history.remembered()).containsExactly(location);
        store.objects.add(location);
        removeAll();
        assertThat(store.objects).isEmpty();
        assertThat(history.remembered()).containsExactly(location);

        history.letPass(store.requestLifetime);
        removeAll();
        assertThat(history.remembered()).isEmpty();
    }

    @Test
    void looksAgainForAnObjectThatALateRequestWroteAfterItsRemoval() throws IOException {
        store.requestLifetime = Duration.ofHours(2);
        Export.Processing export = claimed();
        URI location = Exports.anyLocation();
        history.opened(export, location);
        history.fail(export, Exports.accessDenied());
        history.letPass(store.requestLifetime.minusSeconds(1));
        store.afterDelete = () -> {
            store.objects.add(location);
            history.letPass(Duration.ofSeconds(1));
        };
        removeAll();
        store.afterDelete = () -> {};

        removeAll();

        assertThat(store.objects).isEmpty();
        assertThat(history.remembered()).isEmpty();
    }

    @Test
    void looksAgainForThePublishedFileOfADeletedRow() throws IOException {
        store.requestLifetime = Duration.ofHours(2);
        Export.Completed export = published();
        history.unanswered(export.file().location());
        history.letPass(Duration.ofMinutes(1));
        history.deleteExport(export.id());

        removeAll();

        assertThat(store.objects).isEmpty();
        assertThat(history.remembered()).containsExactly(export.file().location());
    }

    @Test
    void leavesFilesAloneThatHaveNotExpired() throws IOException {
        Export.Completed export = published();
        history.letPass(RETENTION.minusSeconds(1));

        removeAll();

        assertThat(store.objects).containsExactly(export.file().location());
        assertThat(history.downloadable(export.id())).isPresent();
    }

    @Test
    void mayRunTwiceAtOnce() throws IOException {
        published();
        history.letPass(RETENTION);
        List<UploadJournal.Leftover> seenByBoth = cleanUp.leftovers(100);

        for (UploadJournal.Leftover leftover : seenByBoth) {
            cleanUp.remove(leftover);
            cleanUp.remove(leftover);
        }

        assertThat(store.objects).isEmpty();
        assertThat(cleanUp.leftovers(100)).isEmpty();
    }

    /** Knows which objects there are, and looks at the journal while it deletes one. */
    private final class StoreOfNames implements FileStore {

        private final Set<URI> objects = new HashSet<>();
        private final Set<URI> shownWhileDeleting = new HashSet<>();
        private boolean broken;
        private Duration requestLifetime = Duration.ZERO;
        private Runnable onDelete = () -> {};
        private Runnable afterDelete = () -> {};

        @Override
        public URI root() {
            return URI.create("s3://exports/");
        }

        @Override
        public String address() {
            return "nowhere";
        }

        @Override
        public Duration requestLifetime() {
            return requestLifetime;
        }

        @Override
        public URI locate(String name) {
            return URI.create("s3://exports/" + name);
        }

        @Override
        public Upload openScratch(String name) throws IOException {
            return open(name, "part", "application/octet-stream");
        }

        @Override
        public Upload open(String name, String downloadName, String contentType) throws IOException {
            throw new IOException("clean-up writes nothing");
        }

        @Override
        public InputStream read(URI location) throws IOException {
            throw new IOException("clean-up reads nothing");
        }

        @Override
        public void delete(URI location) throws IOException {
            if (broken) {
                throw new IOException("the store is down");
            }
            onDelete.run();
            if (history.remembered().contains(location)) {
                shownWhileDeleting.add(location);
            }
            objects.remove(location);
            afterDelete.run();
        }

        @Override
        public URI link(URI location, Duration validity) throws IOException {
            throw new IOException("clean-up links nothing");
        }
    }
}
