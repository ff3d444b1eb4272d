package dev.satchel.batchexport.format.archive.page;

import dev.satchel.batchexport.format.archive.ArchiveContext;
import dev.satchel.batchexport.format.archive.OperatorTexts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a page is made of.
 *
 * @param rows of each dataset, in their order
 * @param sessions null if the archive has no learning sessions
 * @param words null if the archive has no words that are studied
 * @param totals null if the archive has no progress
 */
record Contents(
        ArchiveContext context,
        Wording wording,
        List<Rows> rows,
        @Nullable SessionFigures sessions,
        @Nullable WordFigures words,
        @Nullable Totals totals) {

    /** Whether the page is one of a learner. */
    boolean isLearning() {
        return sessions != null || words != null;
    }

    String name() {
        return context.addressee().name().orElse("");
    }

    String contact() {
        return context.texts().contact(context.addressee().language());
    }

    String about(String dataset, OperatorTexts.Topic topic) {
        return context.texts().about(dataset, topic, context.addressee().language());
    }

    /** Whether the page shows any record. */
    boolean hasRows() {
        return rows.stream().anyMatch(each -> each.size() > 0);
    }

    /** A text about the learning or, where there is none, about the data; with the application's name if it is known. */
    String whose() {
        String key = isLearning() ? "whose.learning" : "whose.data";
        return context.texts()
                .application(context.addressee().language())
                .map(application -> wording.text(key + ".in", application))
                .orElseGet(() -> wording.text(key));
    }
}
