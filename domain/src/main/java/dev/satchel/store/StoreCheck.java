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
 * Verifies that the configured store is the one that the database has on record for its root.
 *
 * <p>The first use marks the store: the database assigns an id, which all concurrent workers share, and a file with
 * this id is written to the store. From then on, nothing is delivered to a store without this file, and a missing file
 * counts as removed only in a store that has it. Each database has its own mark, so that several may share a store.
 * Safe for use by many threads.
 */
public final class StoreCheck implements StoreProbe {

    /** How many of the newest files are looked for in a store that has no mark yet. */
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
     * Verifies that files may be delivered to the store, and marks it at its first use.
     *
     * @throws StoreMismatchException if it is not the store that the database has on record
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
     * Verifies that the store is the known one, so that a file missing in it was really removed. A store that was used
     * before marks existed is marked if it holds one of its newest files.
     *
     * @throws StoreMismatchException if it is another store, or if nothing proves that it is the known one
     */
    public void recognize() throws IOException {
        Optional<KnownStore> known = known();
        if (known.isPresent()) {
            requireMark(known.get());
            return;
        }
        if (!holdsAny(journal.published(store.root(), EVIDENCE))) {
            throw new StoreMismatchException(
                    "the store " + store.root() + " has no mark and none of the files that the "
                            + "database has on record, so it may be another store: check that SATCHEL_STORE names the right "
                            + "one and that its volume is mounted, then run 'satchel store init'");
        }
        mark(stores.add(store.root(), store.address()));
    }

    /** Whether that store on record is this one, and is there with its mark. One that cannot be reached may be gone. */
    boolean isThere(KnownStores.Use use) {
        if (!use.expected()
                || !use.root().equals(store.root())
                || use.store().filter(KnownStore::marked).isEmpty()) {
            return false;
        }
        try {
            recognize();
            return true;
        } catch (IOException gone) {
            return false;
        }
    }

    /**
     * Verifies, without writing, that the store can be read, and that it is the known one if it was marked before.
     *
     * @throws StoreMismatchException if it is not the store that the database has on record
     */
    public void look() throws IOException {
        Optional<KnownStore> known = known();
        if (known.isPresent()) {
            requireMark(known.get());
            return;
        }
        holds(store.locate("satchel-store-without-mark"));
    }

    @Override
    public void probe() throws IOException {
        check();
        byte[] content = new byte[PROBE_BYTES];
        random.nextBytes(content);
        String name = "satchel-probe/" + HexFormat.of().formatHex(content, 0, 16);
        URI location = store.locate(name);
        // As with every object, the record comes before the first byte.
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
     * Makes the configured store the expected one at its root, and marks it if it has no mark. This accepts a new
     * store, a store that lost its mark but has its files, and a store that another one had replaced.
     *
     * @param replace whether it may replace a known store none of whose files are here; the files of that store stay
     *     on record as being elsewhere
     * @return the store that is expected from now on
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
            // Files recorded here without a store belong to the store that is being replaced.
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
            // S3 answers alike to wrong credentials and to a body that was changed on its way; a request without a
            // body tells the two apart.
            if (!hasMark(known)) {
                throw damaged;
            }
        } catch (IOException | RuntimeException refused) {
            // Another worker may have written the mark first.
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
        // Otherwise the store may still execute one of its requests, so the record stays for the next clean-up.
        if (upload.isSettled()) {
            probes.ended(location);
        }
    }
}
