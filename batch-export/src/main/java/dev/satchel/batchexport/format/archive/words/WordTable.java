package dev.satchel.batchexport.format.archive.words;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.batchexport.format.archive.Language;
import dev.satchel.batchexport.format.archive.Spool;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.batchexport.format.csv.CsvWriter;
import dev.satchel.record.Dataset;
import dev.satchel.record.RecordSink.NonFinite;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.time.ZoneId;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The table of words as CSV in one language, on the disk. Used by one thread. */
final class WordTable implements Closeable {

    private static final Dataset WORDS = new Dataset("words", "your words", Set.of());

    private final WordNames names;
    private final ZoneId zone;
    private final Spool spool;
    private final CsvWriter csv;

    private WordTable(WordNames names, ZoneId zone, Spool spool, CsvWriter csv) {
        this.names = names;
        this.zone = zone;
        this.spool = spool;
        this.csv = csv;
    }

    static WordTable begin(CsvOptions options, Language language, ZoneId zone) throws IOException {
        WordNames names = WordNames.in(language);
        Spool spool = Spool.create();
        try {
            CsvWriter csv = new CsvWriter(options, spool.out());
            csv.beginDataset(WORDS, names.columns());
            return new WordTable(names, zone, spool, csv);
        } catch (IOException | RuntimeException failed) {
            spool.close();
            throw failed;
        }
    }

    void add(Word word) throws IOException {
        csv.beginRecord();
        text(word.text());
        text(word.translation());
        text(word.article() == null ? word.gender() : word.article());
        text(names.of(word.partOfSpeech()));
        text(names.of(word.phase()));
        nextReview(word);
        integer(word.reviews());
        integer(word.correct());
        csv.endRecord();
    }

    private void text(@Nullable String text) throws IOException {
        if (text == null) {
            csv.missing();
        } else {
            byte[] utf8 = text.getBytes(UTF_8);
            csv.text(utf8, 0, utf8.length);
        }
    }

    private void integer(@Nullable Long value) throws IOException {
        if (value == null) {
            csv.missing();
        } else {
            csv.integer(value);
        }
    }

    private void nextReview(Word word) throws IOException {
        Optional<Long> day = word.nextReviewIn(zone).map(date -> date.toEpochDay());
        if (word.nextReview() instanceof NonFinite never) {
            csv.nonFinite(never);
        } else if (day.isPresent()) {
            csv.date(day.get());
        } else {
            csv.missing();
        }
    }

    /** Copies the whole table. Nothing can be added afterwards. */
    void copyTo(OutputStream out) throws IOException {
        csv.flush();
        spool.copyTo(out);
    }

    @Override
    public void close() throws IOException {
        spool.close();
    }
}
