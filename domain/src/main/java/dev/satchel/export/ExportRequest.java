package dev.satchel.export;

import dev.satchel.UserId;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;

/**
 * A request for an export. Equal requests share one export while it is pending or processing.
 *
 * <p>The constructor refuses a filter that no dataset of the type supports, a profile that leaves nothing of the type, and
 * the compression of a ZIP, with an {@link IllegalArgumentException}.
 */
public record ExportRequest(UserId user, ExportType type, ExportFormat format, ExportFilters filters) {

    public ExportRequest {
        refuse(type, filters.days().isPresent(), Dataset.Filter.PERIOD, "filters 'from' and 'to' do", "no dates");
        refuse(
                type,
                filters.difficultyOfWords().isPresent(),
                Dataset.Filter.DIFFICULTY,
                "filter 'difficulty' does",
                "no difficulty");
        refuse(type, filters.phaseOfWords().isPresent(), Dataset.Filter.PHASE, "filter 'phase' does", "no phase");
        if (type.datasets().stream().noneMatch(dataset -> dataset.isIn(filters.profile()))) {
            throw new IllegalArgumentException(
                    "the profile '" + filters.profile().code()
                            + "' leaves nothing of the type '" + type.name()
                            + "', all of which the application derived: leave out 'profile', or choose another type");
        }
        if (filters.compressionOfFile().isPresent() && isZip(type, format)) {
            throw new IllegalArgumentException(
                    (format == ExportFormat.ARCHIVE ? "an archive is a ZIP" : "the file of all types as CSV is a ZIP")
                            + ", which is compressed already: leave out 'compress', or choose the format json or jsonl");
        }
    }

    private static boolean isZip(ExportType type, ExportFormat format) {
        return format == ExportFormat.ARCHIVE || (format == ExportFormat.CSV && type.isAll());
    }

    private static void refuse(ExportType type, boolean isAsked, Dataset.Filter filter, String subject, String reason) {
        if (isAsked && !type.hasFilter(filter)) {
            throw new IllegalArgumentException(
                    "the " + subject + " not apply to the type '" + type.name() + "', which has " + reason);
        }
    }
}
