package dev.satchel.export;

import java.util.Locale;

/**
 * One table of an exported file: all of a user's records of one kind, with the same columns for each record.
 *
 * <p>The constants are in the order in which they appear in an export of everything.
 */
public enum Dataset {
    PROFILE(false),
    SETTINGS(false),
    PROGRESS(false),
    SESSIONS(true),
    VOCABULARY(true),
    DESCRIPTIONS(true),
    QA(true),
    INTERACTIONS(true),
    ANALYTICS(true),
    EXPORTS(true),
    API_KEYS(false);

    private final boolean dated;

    Dataset(boolean dated) {
        this.dated = dated;
    }

    /** Whether each record has a moment of its own, so that a {@link Period} can choose among them. */
    public boolean isDated() {
        return dated;
    }

    /** The name in files, manifests and messages, for example {@code api_keys}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
