package dev.satchel.batchexport.format.archive.deck;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.batchexport.format.archive.ArchiveContext;
import dev.satchel.batchexport.format.archive.ArchivePart;
import dev.satchel.batchexport.format.archive.Language;
import dev.satchel.batchexport.format.archive.words.Word;
import dev.satchel.batchexport.format.archive.words.WordRecords;
import dev.satchel.batchexport.format.value.UnclosedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * {@code data/words.apkg}: the learner's words as a deck for Anki, with the schedule of each. An export without words, or
 * without the columns of the schedule, as one of the profile portability, has no deck. A deck has at most
 * {@value #MOST_WORDS} words.
 */
public final class DeckPart extends WordRecords implements ArchivePart {

    /** More than a person learns, and as many as Anki imports in a minute. */
    static final int MOST_WORDS = 100_000;

    /** Without one of these, each word that was studied would look new. */
    private static final Set<String> SCHEDULE = Set.of("next_review", "interval_days", "ease_factor");

    private final int mostWords;
    private Instant takenAt = Instant.EPOCH;
    private ZoneId zone = ZoneOffset.UTC;
    private @Nullable AnkiCollection collection;
    private long leftOut;
    private boolean isScheduled;

    public DeckPart() {
        this(MOST_WORDS);
    }

    DeckPart(int mostWords) {
        this.mostWords = mostWords;
    }

    /** Whether the library that writes decks is on the class path. */
    public static boolean isPossible() {
        try {
            Class.forName("org.sqlite.JDBC", false, DeckPart.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException absent) {
            return false;
        }
    }

    @Override
    public void begin(Instant takenAt, ZoneId zone) {
        this.takenAt = takenAt;
        this.zone = zone;
    }

    @Override
    protected void beginWords() {
        isScheduled = has(SCHEDULE);
    }

    @Override
    protected void word(Word word) throws IOException {
        if (!isScheduled) {
            return;
        }
        if (collection == null) {
            collection = AnkiCollection.create(takenAt, zone);
        }
        if (collection.notes() == mostWords) {
            leftOut++;
        } else {
            collection.add(word);
        }
    }

    @Override
    public void finish(ArchiveContext context, Files files) throws IOException {
        if (collection == null) {
            return;
        }
        try (OutputStream out = files.begin("data/words.apkg");
                ZipOutputStream deck = new ZipOutputStream(new UnclosedOutputStream(out), UTF_8)) {
            begin(deck, "collection.anki2");
            collection.copyTo(deck, description(context.addressee().language()));
            begin(deck, "media");
            deck.write("{}".getBytes(US_ASCII));
        }
        close();
    }

    private void begin(ZipOutputStream deck, String name) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(LocalDateTime.ofInstant(takenAt, ZoneOffset.UTC));
        deck.putNextEntry(entry);
    }

    private String description(Language language) {
        if (leftOut == 0) {
            return "";
        }
        return switch (language) {
            case ENGLISH ->
                "This deck has your first " + mostWords + " words. " + leftOut
                        + " more are in the file data/words.csv of the archive.";
            case SPANISH ->
                "Este mazo tiene tus primeras " + mostWords + " palabras. Las otras " + leftOut
                        + " están en el archivo data/words.csv.";
        };
    }

    @Override
    public void close() throws IOException {
        if (collection != null) {
            collection.close();
        }
    }
}
