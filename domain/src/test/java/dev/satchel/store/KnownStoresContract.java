package dev.satchel.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.UserId;
import dev.satchel.export.Export;
import dev.satchel.export.Exports;
import dev.satchel.export.HistoryUnderTest;
import dev.satchel.export.Requests;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link KnownStores} promises. */
public abstract class KnownStoresContract {

    private static final URI OTHER = URI.create("file:///mnt/other%20disk/");

    private HistoryUnderTest world;
    private KnownStores stores;
    private UserId user;

    /** An empty history, without exports, users and stores. */
    protected abstract HistoryUnderTest emptyHistory();

    @BeforeEach
    void begin() {
        world = emptyHistory();
        stores = world.stores();
        user = world.addUser();
    }

    private Export.Completed published(URI root) {
        world.history().request(Requests.of(user));
        Export.Processing export =
                world.history().claim("worker", Duration.ofMinutes(2)).orElseThrow();
        URI location = Exports.locationOf(export, root);
        world.journal().opened(export, location);
        return world.history().complete(export, Exports.file(location), Duration.ofDays(7));
    }

    @Test
    void knowsNoStoreAtFirst() {
        assertThat(stores.find(Exports.ROOT)).isEmpty();
        assertThat(stores.all()).isEmpty();
    }

    @Test
    void remembersWhatWasAddedAndWhetherItsMarkWasSeen() {
        KnownStore added = stores.add(Exports.ROOT, "http://127.0.0.1:9000/exports");

        assertThat(added.root()).isEqualTo(Exports.ROOT);
        assertThat(added.address()).isEqualTo("http://127.0.0.1:9000/exports");
        assertThat(added.marked()).isFalse();
        assertThat(stores.find(Exports.ROOT)).contains(added);
        assertThat(stores.find(OTHER)).isEmpty();

        stores.marked(added);
        assertThat(stores.find(Exports.ROOT)).contains(new KnownStore(added.id(), added.root(), added.address(), true));
    }

    @Test
    void givesAllThatAddAtOnceTheSameStore() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<KnownStore>> added = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                String address = "thread " + thread;
                added.add(threads.submit(() -> stores.add(Exports.ROOT, address)));
            }

            Set<KnownStore> distinct = new HashSet<>();
            for (Future<KnownStore> one : added) {
                distinct.add(one.get());
            }
            assertThat(distinct).containsExactly(stores.find(Exports.ROOT).orElseThrow());
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void countsTheFilesOnRecordInEach() {
        KnownStore here = stores.add(Exports.ROOT, "here");
        published(Exports.ROOT);
        published(Exports.ROOT);
        published(OTHER);

        assertThat(stores.all())
                .containsExactly(
                        new KnownStores.Use(Optional.empty(), OTHER, false, 1),
                        new KnownStores.Use(Optional.of(here), Exports.ROOT, true, 2));
    }

    @Test
    void assignsUnassignedFilesToTheStoreMarkedAtTheirRoot() {
        published(Exports.ROOT);
        published(OTHER);
        KnownStore here = stores.add(Exports.ROOT, "here");
        assertThat(stores.all()).extracting(KnownStores.Use::files).containsExactly(1L, 0L, 1L);

        stores.marked(here);

        assertThat(stores.all()).extracting(KnownStores.Use::files).containsExactly(1L, 1L);
    }

    @Test
    void expectsTheStoreThatReplacedAnother() {
        KnownStore first = stores.add(Exports.ROOT, "first");
        published(Exports.ROOT);

        KnownStore second = stores.replace(first, "second");

        assertThat(second.id()).isNotEqualTo(first.id());
        assertThat(stores.find(Exports.ROOT)).contains(second);
        assertThat(stores.add(Exports.ROOT, "third")).isEqualTo(second);
        assertThat(stores.all())
                .containsExactly(
                        new KnownStores.Use(Optional.of(second), Exports.ROOT, true, 0),
                        new KnownStores.Use(Optional.of(first), Exports.ROOT, false, 1));

        stores.reinstate(first);
        assertThat(stores.find(Exports.ROOT)).contains(first);
    }

    @Test
    void forgetsAStoreWithItsFiles() {
        KnownStore first = stores.add(Exports.ROOT, "first");
        Export.Completed lost = published(Exports.ROOT);
        KnownStore second = stores.replace(first, "second");
        Export.Completed kept = published(Exports.ROOT);

        assertThat(stores.forget(new KnownStores.Use(Optional.of(first), Exports.ROOT, false, 1)))
                .isEqualTo(1);

        assertThat(stores.all()).containsExactly(new KnownStores.Use(Optional.of(second), Exports.ROOT, true, 1));
        assertThat(world.catalog().downloadable(lost.id())).isEmpty();
        assertThat(world.catalog().find(lost.id()).orElseThrow().location()).isNull();
        assertThat(world.catalog().downloadable(kept.id())).isPresent();
    }

    @Test
    void forgetsFilesThatWereRecordedBeforeStoresWereKnown() {
        Export.Completed lost = published(OTHER);
        Export.Completed kept = published(Exports.ROOT);

        assertThat(stores.forget(new KnownStores.Use(Optional.empty(), OTHER, false, 1)))
                .isEqualTo(1);

        assertThat(world.catalog().downloadable(lost.id())).isEmpty();
        assertThat(world.catalog().downloadable(kept.id())).isPresent();
        assertThat(stores.all()).extracting(KnownStores.Use::root).containsExactly(Exports.ROOT);
    }
}
