package dev.satchel.batchexport.format.archive.deck;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.batchexport.format.archive.TemporaryDirectoryException;
import dev.satchel.batchexport.format.archive.words.Word;
import dev.satchel.delivery.LibraryUnavailableException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * A collection of Anki's with one deck: the SQLite database {@code collection.anki2}, version 11, which each Anki reads.
 * The same words give the same bytes. Used by one thread.
 *
 * <p>Anki recognizes what it imported before by the ids of note type and deck and by the GUID of a note, so these never
 * change. It updates a note if the incoming one was modified later. The tables of words have no time of change, so each
 * note was modified when the snapshot was taken.
 */
final class AnkiCollection implements Closeable {

    private static final String ADD_NOTE = """
            INSERT INTO notes (id, guid, mid, mod, usn, tags, flds, sfld, csum, flags, data)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '')
            """;

    private static final String ADD_CARD = """
            INSERT INTO cards (id, nid, did, ord, mod, usn, type, queue, due, ivl, factor, reps,
                               lapses, left, odue, odid, flags, data)
            VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, '')
            """;

    private static final String DESCRIBE = """
            INSERT INTO col (id, crt, mod, scm, ver, dty, usn, ls, conf, models, decks, dconf, tags)
            VALUES (1, ?, ?, ?, ?, 0, 0, 0, ?, ?, ?, ?, '{}')
            """;

    private static final long NOTE_TYPE = 1_577_836_801_001L;
    private static final long DECK = 1_577_836_801_002L;

    private static final int VERSION = 11;

    /** Not sent to a server yet. */
    private static final int UNSENT = -1;

    /** At which Anki's day begins. */
    private static final int FIRST_HOUR = 4;

    private static final Pattern UUID_TEXT = Pattern.compile("[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}");

    private static final char FIELD_END = '\u001f';

    private final Instant takenAt;
    private final ZoneId zone;
    private final LocalDate created;
    private final HiddenFile file;
    private final Connection database;
    private final PreparedStatement seen;
    private final PreparedStatement note;
    private final PreparedStatement card;
    private long notes;

    private AnkiCollection(Instant takenAt, ZoneId zone, HiddenFile file, Connection database) throws SQLException {
        this.takenAt = takenAt;
        this.zone = zone;
        this.created = takenAt.atZone(zone).minusHours(FIRST_HOUR).toLocalDate();
        this.file = file;
        this.database = database;
        run(database, "tables.sql");
        execute(database, "CREATE TEMPORARY TABLE seen (guid text PRIMARY KEY) WITHOUT ROWID");
        this.seen = database.prepareStatement("INSERT OR IGNORE INTO temp.seen VALUES (?)");
        this.note = database.prepareStatement(ADD_NOTE);
        this.card = database.prepareStatement(ADD_CARD);
    }

    /**
     * Creates a collection without notes.
     *
     * @throws LibraryUnavailableException if SQLite cannot be loaded
     * @throws TemporaryDirectoryException if there is no room for it
     */
    static AnkiCollection create(Instant takenAt, ZoneId zone) throws IOException {
        HiddenFile file = HiddenFile.create();
        Connection database = null;
        try {
            database = opened(file);
            return new AnkiCollection(takenAt, zone, file, database);
        } catch (SQLException failed) {
            closeAll(database, file);
            throw SqliteLibrary.failure(failed, HiddenFile.temporary());
        } catch (IOException | RuntimeException | Error failed) {
            closeAll(database, file);
            throw failed;
        }
    }

    private static Connection opened(HiddenFile file) throws IOException, SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setPragma(SQLiteConfig.Pragma.ENCODING, "'UTF-8'");
        config.setPageSize(4_096);
        config.setCacheSize(-2_000);
        // A file of one writer that is thrown away after a failure needs no journal, and none lies beside it then.
        config.setJournalMode(SQLiteConfig.JournalMode.OFF);
        config.setSynchronous(SQLiteConfig.SynchronousMode.OFF);
        config.setTempStore(SQLiteConfig.TempStore.MEMORY);
        config.setLockingMode(SQLiteConfig.LockingMode.EXCLUSIVE);
        Connection database = SqliteLibrary.connect(file.path(), config);
        try {
            execute(database, "PRAGMA auto_vacuum = NONE");
            database.setAutoCommit(false);
            // Takes the lock and makes the first page: SQLite needs the file's name no more.
            execute(database, "PRAGMA user_version = 0");
            file.hide();
            return database;
        } catch (IOException | SQLException | RuntimeException failed) {
            closeAll(database);
            throw failed;
        }
    }

    /** How many notes there are. */
    long notes() {
        return notes;
    }

    /** Adds a note with its card, unless there is one of the same id. */
    boolean add(Word word) throws IOException {
        try {
            seen.setString(1, word.id());
            if (seen.executeUpdate() == 0) {
                return false;
            }
            notes++;
            // Anki's ids are times in milliseconds. Exports that follow each other closely may give one id to different
            // notes; Anki tells notes by their GUIDs, and gives an imported one another id where it has that already.
            long id = takenAt.toEpochMilli() + notes;
            addNote(id, word);
            addCard(id, Schedule.of(word, created, zone, notes));
            return true;
        } catch (SQLException failed) {
            throw SqliteLibrary.failure(failed, HiddenFile.temporary());
        }
    }

    private void addNote(long id, Word word) throws SQLException {
        FieldText text = FieldText.of(word.text());
        note.setLong(1, id);
        note.setString(2, guid(word.id()));
        note.setLong(3, NOTE_TYPE);
        note.setLong(4, takenAt.getEpochSecond());
        note.setInt(5, UNSENT);
        note.setString(6, Tags.of(word));
        note.setString(7, fields(word, text));
        note.setString(8, text.plain());
        note.setLong(9, text.checksum());
        note.executeUpdate();
    }

    // Other decks of the learner may call their notes 1 and 2.
    private static String guid(String id) {
        if (UUID_TEXT.matcher(id).matches()) {
            return id;
        }
        return UUID.nameUUIDFromBytes(("satchel vocabulary " + id).getBytes(UTF_8))
                .toString();
    }

    private static String fields(Word word, FieldText text) {
        return Stream.of(
                        word.translation(),
                        word.article(),
                        word.partOfSpeech(),
                        word.example(),
                        word.exampleTranslation(),
                        word.pronunciation())
                .map(field -> FieldText.of(field).html())
                .collect(Collectors.joining(String.valueOf(FIELD_END), text.html() + FIELD_END, ""));
    }

    private void addCard(long id, Schedule schedule) throws SQLException {
        card.setLong(1, id);
        card.setLong(2, id);
        card.setLong(3, DECK);
        card.setLong(4, takenAt.getEpochSecond());
        card.setInt(5, UNSENT);
        card.setInt(6, schedule.type());
        card.setInt(7, schedule.type());
        card.setLong(8, schedule.due());
        card.setLong(9, schedule.interval());
        card.setLong(10, schedule.ease());
        card.setLong(11, schedule.reviews());
        card.executeUpdate();
    }

    /**
     * Completes the collection and copies its file. Nothing can be added afterwards.
     *
     * @param description what the deck says of itself, without quotes and backslashes
     */
    void copyTo(OutputStream out, String description) throws IOException {
        try {
            try (PreparedStatement row = database.prepareStatement(DESCRIBE)) {
                row.setLong(1, created.atTime(FIRST_HOUR, 0).atZone(zone).toEpochSecond());
                row.setLong(2, takenAt.toEpochMilli());
                row.setLong(3, takenAt.toEpochMilli());
                row.setInt(4, VERSION);
                row.setString(5, resource("settings.json"));
                row.setString(6, resource("note-types.json"));
                row.setString(7, resource("decks.json").replace("DESCRIPTION", description));
                row.setString(8, resource("deck-options.json"));
                row.executeUpdate();
            }
            run(database, "indexes.sql");
            database.commit();
            database.close();
        } catch (SQLException failed) {
            throw SqliteLibrary.failure(failed, HiddenFile.temporary());
        }
        file.copyTo(out);
    }

    private static void run(Connection database, String script) throws SQLException {
        for (String statement : resource(script).split(";", -1)) {
            if (!statement.isBlank()) {
                execute(database, statement);
            }
        }
    }

    private static void execute(Connection database, String statement) throws SQLException {
        try (Statement plain = database.createStatement()) {
            plain.execute(statement);
        }
    }

    private static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(AnkiCollection.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() throws IOException {
        closeAll(database, file);
    }

    private static void closeAll(@Nullable AutoCloseable... open) throws IOException {
        IOException failed = null;
        for (AutoCloseable one : open) {
            try {
                if (one != null) {
                    one.close();
                }
            } catch (Exception failure) {
                failed = failure instanceof SQLException database
                        ? SqliteLibrary.failure(database, HiddenFile.temporary())
                        : new IOException("the deck of an archive cannot be closed", failure);
            }
        }
        if (failed != null) {
            throw failed;
        }
    }
}
