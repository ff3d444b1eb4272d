package dev.satchel.store;

import dev.satchel.export.InMemoryExportHistory;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The stores of an {@link InMemoryExportHistory}, which keeps the files on record in them. Safe for use by many threads.
 */
public final class InMemoryKnownStores implements KnownStores {

    private final InMemoryExportHistory files;
    private final Map<UUID, Row> rows = new LinkedHashMap<>();

    public InMemoryKnownStores(InMemoryExportHistory files) {
        this.files = files;
    }

    /** The id of the store that is expected where the location is. */
    public Optional<UUID> holding(URI location) {
        synchronized (files) {
            return rows.values().stream()
                    .map(row -> row.store.root())
                    .distinct()
                    .filter(root -> location.toString().startsWith(root.toString()))
                    .max(Comparator.comparingInt(root -> root.toString().length()))
                    .flatMap(this::find)
                    .map(KnownStore::id);
        }
    }

    public URI rootOf(UUID store) {
        return rows.get(store).store.root();
    }

    @Override
    public Optional<KnownStore> find(URI root) {
        synchronized (files) {
            return rows.values().stream()
                    .filter(row -> row.store.root().equals(root))
                    .max(Comparator.comparingInt(row -> row.generation))
                    .map(row -> row.store);
        }
    }

    @Override
    public KnownStore add(URI root, String address) {
        synchronized (files) {
            return find(root).orElseGet(() -> add(root, address, 1));
        }
    }

    private KnownStore add(URI root, String address, int generation) {
        KnownStore store = new KnownStore(UUID.randomUUID(), root, address, false);
        rows.put(store.id(), new Row(store, generation));
        return store;
    }

    @Override
    public void marked(KnownStore store) {
        synchronized (files) {
            Row row = rows.get(store.id());
            row.store = new KnownStore(store.id(), store.root(), store.address(), true);
            files.recordStore(store.root(), store.id());
        }
    }

    @Override
    public KnownStore replace(KnownStore earlier, String address) {
        synchronized (files) {
            return add(earlier.root(), address, latest(earlier.root()) + 1);
        }
    }

    @Override
    public void reinstate(KnownStore store) {
        synchronized (files) {
            rows.get(store.id()).generation = latest(store.root()) + 1;
        }
    }

    private int latest(URI root) {
        return rows.values().stream()
                .filter(row -> row.store.root().equals(root))
                .mapToInt(row -> row.generation)
                .max()
                .orElse(0);
    }

    @Override
    public List<Use> all() {
        synchronized (files) {
            List<Use> uses = new ArrayList<>();
            rows.values()
                    .forEach(row -> uses.add(new Use(
                            Optional.of(row.store),
                            row.store.root(),
                            row.generation == latest(row.store.root()),
                            files.countIn(Optional.of(row.store.id()), row.store.root()))));
            files.rootsWithoutStore()
                    .forEach(root ->
                            uses.add(new Use(Optional.empty(), root, false, files.countIn(Optional.empty(), root))));
            uses.sort(Comparator.comparing((Use use) -> use.root().toString())
                    .thenComparing(use -> use.expected() ? 0 : 1));
            return uses;
        }
    }

    @Override
    public long forget(Use use) {
        synchronized (files) {
            use.store().ifPresent(store -> rows.remove(store.id()));
            return files.forgetIn(use.store().map(KnownStore::id), use.root());
        }
    }

    private static final class Row {

        private KnownStore store;
        private int generation;

        Row(KnownStore store, int generation) {
            this.store = store;
            this.generation = generation;
        }
    }
}
