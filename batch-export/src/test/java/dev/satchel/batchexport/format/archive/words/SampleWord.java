package dev.satchel.batchexport.format.archive.words;

import dev.satchel.record.Column;
import dev.satchel.record.Column.Type;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A record of the dataset of words, as values. */
public final class SampleWord {

    public static final List<Column> COLUMNS = List.of(
            new Column("list_id", Type.UUID),
            new Column("vocabulary_item_id", Type.UUID),
            new Column("spanish_text", Type.TEXT),
            new Column("english_translation", Type.TEXT),
            new Column("article", Type.TEXT),
            new Column("gender", Type.TEXT),
            new Column("part_of_speech", Type.TEXT),
            new Column("context_sentence_spanish", Type.TEXT),
            new Column("list_name", Type.TEXT),
            new Column("learning_phase", Type.TEXT),
            new Column("next_review", Type.INSTANT),
            new Column("review_count", Type.INTEGER),
            new Column("correct_count", Type.INTEGER),
            new Column("ease_factor", Type.DECIMAL),
            new Column("interval_days", Type.INTEGER));

    private final Map<String, Object> values = new HashMap<>();

    private SampleWord() {}

    /** A word that was never studied. */
    public static SampleWord of(int number, String text) {
        return new SampleWord()
                .with("vocabulary_item_id", id(number))
                .with("spanish_text", text)
                .with("english_translation", "word " + number);
    }

    public static UUID id(int number) {
        return new UUID(7, number);
    }

    public SampleWord due(String moment, String ease, Integer interval, Integer reviews) {
        return with("next_review", moment == null ? null : Instant.parse(moment).getEpochSecond() * 1_000_000L)
                .with("ease_factor", ease == null ? null : new BigDecimal(ease))
                .with("interval_days", interval)
                .with("review_count", reviews)
                .with("learning_phase", "review");
    }

    public SampleWord with(String column, Object value) {
        values.put(column, value);
        return this;
    }

    public Object[] values() {
        return COLUMNS.stream().map(column -> values.get(column.name())).toArray();
    }
}
