package dev.satchel.store;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Makes sure that the store at hand is the one that the database knows at its root.
 *
 * <p>The first use marks it: the database decides on an id, the same one for all workers that ask at once, and the store
 * is given a file with this id. From then on the file must be there before anything is delivered, and before a file that
 * is missing counts as removed. Every database has a mark of its own, so that several may share a store. Safe for use by
 * many threads.
 */
public final class StoreCheck implements StoreProbe {

    /** How many files are looked for, the newest first, where there is no mark yet. */
    private static final int EVIDENCE = 20;

    private static final int PROBE_BYTES = 1024;

    private final FileStore store;
    private final KnownStores stores;
    private final UploadJournal journal;
    private final ProbeRecords probes;
    private final SecureRandom random = new SecureRandom();

    public StoreCheck(FileStore store, KnownStores stores, UploadJournal journal, ProbeRecords probes) {
        this.store = store;
        this.stores = stores;
        this.journal = journal;
        this.probes = probes;
    }

    /**
     * Makes sure that files may be delivered to the store; marks it if it was never used.
     *
     * @throws StoreMismatchException if it is not the one that the database knows
     */
    public void check() throws IOException {
        Optional<KnownStore> known = known();
        if (known.isPresent()) {
            requireMark(known.get());
            return;
        }
        List<URI> files = journal.published(store.root(), EVIDENCE);
        if (!files.isEmpty() && !holdsAny(files)) {
            throw lacksTheFiles(files);
        }
        mark(stores.add(store.root(), store.address()));
    }

    /**
     * Makes sure that a file which is missing was removed from the store. Marks a store that was used before there were
     * marks, if it holds one of the files that it should.
     *
     * @throws StoreMismatchException if it is not the one that the database knows, or nothing shows that it is
     */
    public void recognize() throws IOException {
        Optional<KnownStore> known = known();
        if (known.isPresent()) {
            requireMark(known.get());
            return;
        }
        if (!holdsAny(journal.published(store.root(), EVIDENCE))) {
            throw new StoreMismatchException("nothing shows that the store " + store.root() + " is the one that the"
                    + " database has files in: make sure that SATCHEL_STORE names the right one and that its volume is"
                    + " mounted, then run 'satchel store init'");
        }
        mark(stores.add(store.root(), store.address()));
    }

    @Override
    public void probe() throws IOException {
        check();
        byte[] content = new byte[PROBE_BYTES];
        random.nextBytes(content);
        String name = "satchel-probe/" + HexFormat.of().formatHex(content, 0, 16);
        URI location = store.locate(name);
        // On record before its first byte, like every object.
        probes.begun(location);
        FileStore.Upload upload = store.open(name, "probe", "application/octet-stream");
        try {
            try (upload) {
                upload.body().write(content);
                upload.commit();
            }
            if (!Arrays.equals(content, read(location, PROBE_BYTES + 1))) {
                throw new DamagedFileException(
                        "the store " + store.root() + " returned other bytes than were written to it", null);
            }
        } catch (IOException | RuntimeException failed) {
            removeQuietly(location, upload);
            throw failed;
        }
        remove(location, upload);
    }

    /**
     * Takes the store at hand for the one that is meant at its root, and marks it where it has no mark: one that was
     * never used, one whose mark got lost but whose files are there, or one that was expected here before.
     *
     * @param replace whether it may take the place of a store of which nothing is there; what that one holds stays on
     *     record as being elsewhere
     * @return the store that is known from now on
     * @throws StoreMismatchException if files of the known store are missing and {@code replace} is false
     */
    public KnownStore init(boolean replace) throws IOException {
        Optional<KnownStore> present = present();
        if (present.isPresent()) {
            stores.reinstate(present.get());
            return present.get();
        }
        List<URI> files = journal.published(store.root(), EVIDENCE);
        boolean missing = !files.isEmpty() && !holdsAny(files);
        if (missing && !replace) {
            throw lacksTheFiles(files);
        }
        KnownStore known = stores.add(store.root(), store.address());
        if (missing) {
            // What is on record here without a store belongs to the one that goes.
            stores.marked(known);
            known = stores.replace(known, store.address());
        }
        mark(known);
        return stores.find(known.root()).orElse(known);
    }

    private Optional<KnownStore> present() throws IOException {
        for (KnownStores.Use use : stores.all()) {
            Optional<KnownStore> candidate =
                    use.store().filter(known -> known.root().equals(store.root()));
            if (candidate.isPresent() && hasMark(candidate.get())) {
                return candidate;
            }
        }
        return Optional.empty();
    }

    private Optional<KnownStore> known() {
        return stores.find(store.root()).filter(KnownStore::marked);
    }

    private StoreMismatchException lacksTheFiles(List<URI> files) {
        return new StoreMismatchException("the store " + store.root() + " is not the one that the database knows: it"
                + " holds none of the " + files.size() + " newest files that should be there. Mount its volume or"
                + " correct SATCHEL_STORE and SATCHEL_S3_ENDPOINT; if it is a new store in the place of one that is"
                + " gone, run 'satchel store init --replace'");
    }

    private void requireMark(KnownStore known) throws IOException {
        if (!hasMark(known)) {
            throw new StoreMismatchException("the store " + store.root()
                    + " is not the one that the database knows: its"
                    + " mark " + known.markName() + " is not there. Mount its volume or correct SATCHEL_STORE and"
                    + " SATCHEL_S3_ENDPOINT ('satchel store list' says where it was); if it is the right store all the"
                    + " same, run 'satchel store init'");
        }
    }

    private boolean hasMark(KnownStore known) throws IOException {
        byte[] id = known.id().toString().getBytes(StandardCharsets.US_ASCII);
        try {
            return Arrays.equals(id, read(store.locate(known.markName()), id.length));
        } catch (MissingFileException missing) {
            return false;
        }
    }

    private void mark(KnownStore known) throws IOException {
        try (FileStore.Upload upload = store.open(known.markName(), known.markName(), "text/plain")) {
            upload.body().write(known.markText().getBytes(StandardCharsets.US_ASCII));
            upload.commit();
        } catch (DamagedFileException damaged) {
            // A request without content tells wrong credentials from content that changed on its way.
            if (!hasMark(known)) {
                throw damaged;
            }
        } catch (IOException | RuntimeException refused) {
            // Another worker may have been faster.
            if (!hasMarkAfter(refused, known)) {
                throw refused;
            }
        }
        requireMark(known);
        stores.marked(known);
    }

    private boolean hasMarkAfter(Exception refused, KnownStore known) {
        try {
            return hasMark(known);
        } catch (IOException | RuntimeException unknown) {
            refused.addSuppressed(unknown);
            return false;
        }
    }

    private boolean holdsAny(List<URI> files) throws IOException {
        for (URI file : files) {
            if (holds(file)) {
                return true;
            }
        }
        return false;
    }

    private boolean holds(URI file) throws IOException {
        try {
            store.read(file).close();
            return true;
        } catch (MissingFileException missing) {
            return false;
        }
    }

    private byte[] read(URI location, int most) throws IOException {
        try (InputStream in = store.read(location)) {
            return in.readNBytes(most);
        }
    }

    private void removeQuietly(URI location, FileStore.Upload upload) {
        try {
            remove(location, upload);
        } catch (IOException | RuntimeException later) {
            return;
        }
    }

    private void remove(URI location, FileStore.Upload upload) throws IOException {
        store.delete(location);
        // Otherwise a request of it may still arrive, and clean-up looks again.
        if (upload.isSettled()) {
            probes.ended(location);
        }
    }
}
