package dev.satchel.export;

import java.util.List;
import java.util.Locale;

/** Which data an export holds: one dataset, or all of them. Stored in {@code export_history.export_type}. */
public enum ExportType {
    PROFILE,
    SETTINGS,
    SESSIONS,
    VOCABULARY,
    DESCRIPTIONS,
    QA,
    INTERACTIONS,
    ANALYTICS,
    PROGRESS,
    EXPORTS,
    API_KEYS,
    ALL;

    /**
     * The type of that name.
     *
     * @throws IllegalArgumentException if there is none, naming those that exist
     */
    public static ExportType of(String key) {
        return Keys.find("export type", key, values(), ExportType::key);
    }

    /** The datasets of this type, in the order of the file. */
    public List<Dataset> datasets() {
        return this == ALL ? List.of(Dataset.values()) : List.of(Dataset.valueOf(name()));
    }

    /** The name in the database and on the command line, for example {@code api_keys}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
