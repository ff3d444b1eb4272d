package dev.satchel.export;

import dev.satchel.UserId;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import dev.satchel.record.LearningTypes;
import java.util.Map;
import java.util.UUID;

/** Requests for tests that do not care what is asked for. */
public final class Requests {

    private Requests() {}

    public static UserId anyUser() {
        return new UserId(UUID.randomUUID());
    }

    public static ExportRequest any() {
        return of(anyUser());
    }

    /** The user's vocabulary as CSV, all of it. */
    public static ExportRequest of(UserId user) {
        return of(user, LearningTypes.VOCABULARY);
    }

    /** All of the user's data of that type as CSV. */
    public static ExportRequest of(UserId user, ExportType type) {
        return new ExportRequest(user, type, ExportFormat.CSV, ExportFilters.NONE);
    }

    /** The user's vocabulary as CSV, narrowed. */
    public static ExportRequest of(UserId user, Map<String, String> filters) {
        return new ExportRequest(user, LearningTypes.VOCABULARY, ExportFormat.CSV, ExportFilters.of(filters));
    }
}
