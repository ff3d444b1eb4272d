package dev.satchel.batchexport.format.archive.words;

import dev.satchel.batchexport.format.value.RecordObjects;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Receives all records, and passes on the words of the dataset {@code vocabulary}, if there is one with the columns of a
 * word. A record without a word, as of an empty list or of a word that row security hides, is passed over.
 */
public abstract class WordRecords extends RecordObjects {

    private static final String DATASET = "vocabulary";
    private static final String ID = "vocabulary_item_id";
    private static final String TEXT = "spanish_text";

    private final Map<String, Integer> places = new HashMap<>();
    private List<@Nullable Object> values = List.of();

    /** The words begin. Called at most once. */
    protected abstract void beginWords() throws IOException;

    /** A word, in the order of the dataset. */
    protected abstract void word(Word word) throws IOException;

    @Override
    public final void beginDataset(Dataset dataset, List<Column> columns) throws IOException {
        places.clear();
        for (int place = 0; place < columns.size(); place++) {
            places.put(columns.get(place).name(), place);
        }
        boolean words = dataset.name().equals(DATASET) && places.containsKey(ID) && places.containsKey(TEXT);
        want(words);
        if (words) {
            beginWords();
        }
    }

    @Override
    protected final void record(List<@Nullable Object> values) throws IOException {
        this.values = values;
        Object id = value(ID);
        String text = text(TEXT);
        boolean told = id instanceof UUID || id instanceof String || id instanceof Long;
        if (told && text != null && !text.isBlank()) {
            word(new Word(
                    String.valueOf(id),
                    text,
                    text("english_translation"),
                    text("article"),
                    text("gender"),
                    text("part_of_speech"),
                    text("context_sentence_spanish"),
                    text("context_sentence_english"),
                    text("pronunciation_ipa"),
                    text("list_name"),
                    text("learning_phase"),
                    NextReview.of(value("next_review")),
                    integer("review_count"),
                    integer("correct_count"),
                    value("ease_factor"),
                    integer("interval_days")));
        }
    }

    /** Whether the records of the dataset have these columns. */
    protected final boolean has(Set<String> columns) {
        return places.keySet().containsAll(columns);
    }

    private @Nullable Object value(String column) {
        Integer place = places.get(column);
        return place == null ? null : values.get(place);
    }

    private @Nullable String text(String column) {
        return value(column) instanceof String text ? text : null;
    }

    private @Nullable Long integer(String column) {
        Object value = value(column);
        if (value instanceof BigDecimal decimal) {
            return decimal.min(BigDecimal.valueOf(Integer.MAX_VALUE))
                    .max(BigDecimal.valueOf(Integer.MIN_VALUE))
                    .longValue();
        }
        return value instanceof Long integer ? integer : null;
    }

    @Override
    public final void endDataset() {
        want(false);
    }
}
