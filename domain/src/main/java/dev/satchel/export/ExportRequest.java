package dev.satchel.export;

import dev.satchel.UserId;

/**
 * What a user asked for. Two equal requests are one export while it is under way.
 *
 * <p>A filter that could choose nothing in data of that type is refused with an {@link IllegalArgumentException}.
 */
public record ExportRequest(UserId user, ExportType type, ExportFormat format, ExportFilters filters) {

    public ExportRequest {
        if (filters.days().isPresent() && type.datasets().stream().noneMatch(Dataset::isDated)) {
            throw new IllegalArgumentException(
                    "the filters 'from' and 'to' do not apply to the type '" + type.key() + "', which has no dates");
        }
        boolean hasWords = type.datasets().contains(Dataset.VOCABULARY);
        if (!hasWords && filters.difficultyOfWords().isPresent()) {
            throw new IllegalArgumentException(
                    "the filter 'difficulty' applies to the types 'vocabulary' and 'all', not '" + type.key() + "'");
        }
        if (!hasWords && filters.phaseOfWords().isPresent()) {
            throw new IllegalArgumentException(
                    "the filter 'phase' applies to the types 'vocabulary' and 'all', not '" + type.key() + "'");
        }
    }
}
