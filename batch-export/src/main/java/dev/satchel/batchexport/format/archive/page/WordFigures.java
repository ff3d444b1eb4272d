package dev.satchel.batchexport.format.archive.page;

import dev.satchel.batchexport.format.archive.words.NextReview;
import dev.satchel.record.Column;
import dev.satchel.record.RecordSink.NonFinite;
import dev.satchel.record.filter.Phase;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How far a learner has come with words: by phase, and by the day of the next review. */
final class WordFigures {

    /** The days from today on whose reviews are shown one by one. */
    static final int DAYS = 14;

    private final ZoneId zone;
    private final LocalDate today;
    private final int item;
    private final int phase;
    private final int review;
    private final Map<Phase, Long> phases = new EnumMap<>(Phase.class);
    private final long[] due = new long[DAYS];
    private long words;
    private long withoutPhase;
    private long overdue;
    private long later;

    private WordFigures(List<Column> columns, ZoneId zone, LocalDate today) {
        this.zone = zone;
        this.today = today;
        this.item = View.index(columns, "vocabulary_item_id", Column.Type.UUID);
        this.phase = View.index(columns, "learning_phase", Column.Type.TEXT);
        this.review = review(columns);
    }

    private static int review(List<Column> columns) {
        return Stream.of(Column.Type.INSTANT, Column.Type.DATE, Column.Type.TEXT)
                .mapToInt(type -> View.index(columns, "next_review", type))
                .max()
                .orElse(-1);
    }

    /** The figures of a dataset; null if it is not one of words that a learner studies. */
    static @Nullable WordFigures of(String dataset, List<Column> columns, ZoneId zone, LocalDate today) {
        WordFigures figures = new WordFigures(columns, zone, today);
        return dataset.equals("vocabulary") && figures.phase >= 0 && figures.review >= 0 ? figures : null;
    }

    void add(List<@Nullable Object> values) {
        if (item >= 0 && values.get(item) == null) {
            // A list without a word.
            return;
        }
        words++;
        Phase found = phase(values.get(phase));
        if (found == null) {
            withoutPhase++;
        } else {
            phases.merge(found, 1L, Long::sum);
        }
        Object next = NextReview.of(values.get(review));
        if (next != null && !(next instanceof NonFinite)) {
            LocalDate date = NextReview.day(next, zone).orElse(today);
            long in = date.toEpochDay() - today.toEpochDay();
            if (in < 0) {
                overdue++;
            } else if (in < DAYS) {
                due[(int) in]++;
            } else {
                later++;
            }
        }
    }

    private static @Nullable Phase phase(@Nullable Object value) {
        for (Phase each : Phase.values()) {
            if (each.code().equals(value)) {
                return each;
            }
        }
        return null;
    }

    LocalDate today() {
        return today;
    }

    long words() {
        return words;
    }

    long in(Phase each) {
        return phases.getOrDefault(each, 0L);
    }

    /** How many words are in a list and have not been studied. */
    long withoutPhase() {
        return withoutPhase;
    }

    long overdue() {
        return overdue;
    }

    /** How many reviews are due that many days after today. */
    long due(int day) {
        return due[day];
    }

    long later() {
        return later;
    }

    /** How many words have a next review. */
    long planned() {
        long sum = overdue + later;
        for (long day : due) {
            sum += day;
        }
        return sum;
    }
}
