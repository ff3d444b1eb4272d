package dev.satchel.batchexport.format.archive.words;

import dev.satchel.batchexport.format.archive.ArchiveContext;
import dev.satchel.batchexport.format.archive.ArchivePart;
import dev.satchel.batchexport.format.archive.Language;
import dev.satchel.batchexport.format.csv.CsvOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.Map;

/**
 * {@code data/words.csv}: the learner's words in eight columns for people, in their language and zone. Their language may
 * be known only after the last record, so the table is written in each, and one is delivered.
 */
public final class WordsPart extends WordRecords implements ArchivePart {

    private final CsvOptions options;
    private final Map<Language, WordTable> tables = new EnumMap<>(Language.class);
    private ZoneId zone = ZoneOffset.UTC;

    public WordsPart(CsvOptions options) {
        this.options = options;
    }

    @Override
    public void begin(Instant takenAt, ZoneId zone) {
        this.zone = zone;
    }

    @Override
    protected void beginWords() throws IOException {
        for (Language language : Language.values()) {
            tables.put(language, WordTable.begin(options, language, zone));
        }
    }

    @Override
    protected void word(Word word) throws IOException {
        for (WordTable table : tables.values()) {
            table.add(word);
        }
    }

    @Override
    public void finish(ArchiveContext context, Files files) throws IOException {
        WordTable table = tables.get(context.addressee().language());
        if (table != null) {
            try (OutputStream out = files.begin("data/words.csv")) {
                table.copyTo(out);
            }
        }
        // What the disk holds is of no use any more, and the parts that follow may need the room.
        close();
    }

    @Override
    public void close() throws IOException {
        IOException failed = null;
        for (WordTable table : tables.values()) {
            try {
                table.close();
            } catch (IOException notClosed) {
                // The others must be closed all the same.
                failed = notClosed;
            }
        }
        if (failed != null) {
            throw failed;
        }
    }
}
