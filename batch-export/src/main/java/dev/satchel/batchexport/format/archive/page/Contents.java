package dev.satchel.batchexport.format.archive.page;

import dev.satchel.batchexport.format.archive.ArchiveContext;
import dev.satchel.batchexport.format.archive.OperatorTexts;
import dev.satchel.export.ExportRequest;
import dev.satchel.record.ExportFilters;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
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

    /** Whether the request chose some of the days only, so that what sessions add up to is a part. */
    boolean isPartOfSessions() {
        return request().filters().days().isPresent();
    }

    /** Whether the request chose some of the words only. */
    boolean isPartOfWords() {
        ExportFilters filters = request().filters();
        return filters.days().isPresent()
                || filters.difficultyOfWords().isPresent()
                || filters.phaseOfWords().isPresent();
    }

    /** Whether derived values are left out, which the right to data portability does not ask for. */
    boolean isForPortability() {
        return request().filters().profile() == ExportFilters.Profile.PORTABILITY;
    }

    /** Whether the request chose a part of the data. */
    boolean isPart() {
        return isPartOfWords() || isForPortability() || !request().type().isAll();
    }

    /** The last day that charts show: of the days that were chosen, else today. */
    LocalDate last(LocalDate today) {
        return request()
                .filters()
                .days()
                .flatMap(days -> Optional.ofNullable(days.to()))
                .filter(last -> last.isBefore(today))
                .orElse(today);
    }

    private ExportRequest request() {
        return context.request();
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
