package dev.satchel.record;

import dev.satchel.record.Column.Origin;
import java.util.List;
import java.util.Set;

/** The datasets of the learning application, as the file that Satchel brings along has them. */
public final class LearningDatasets {

    public static final Dataset PROFILE =
            new Dataset("profile", "your account", Set.of(), Set.of(Origin.PROVIDED, Origin.OBSERVED, Origin.DERIVED));
    public static final Dataset SETTINGS =
            new Dataset("settings", "your settings", Set.of(), Set.of(Origin.PROVIDED, Origin.OBSERVED));
    public static final Dataset PROGRESS =
            new Dataset("progress", "your totals and streaks", Set.of(), Set.of(Origin.DERIVED));
    public static final Dataset SESSIONS = new Dataset(
            "sessions",
            "your learning sessions",
            Set.of(Dataset.Filter.PERIOD),
            Set.of(Origin.OBSERVED, Origin.DERIVED));
    public static final Dataset VOCABULARY = new Dataset(
            "vocabulary",
            "your words, and how far you have come with them",
            Set.of(Dataset.Filter.PERIOD, Dataset.Filter.DIFFICULTY, Dataset.Filter.PHASE),
            Set.of(Origin.PROVIDED, Origin.OBSERVED, Origin.DERIVED));
    public static final Dataset DESCRIPTIONS = new Dataset(
            "descriptions",
            "the descriptions made for your images",
            Set.of(Dataset.Filter.PERIOD),
            Set.of(Origin.PROVIDED, Origin.OBSERVED, Origin.DERIVED));
    public static final Dataset QA = new Dataset(
            "qa",
            "the questions made for you, and your answers",
            Set.of(Dataset.Filter.PERIOD),
            Set.of(Origin.PROVIDED, Origin.OBSERVED, Origin.DERIVED));
    public static final Dataset INTERACTIONS = new Dataset(
            "interactions", "what you did in your sessions", Set.of(Dataset.Filter.PERIOD), Set.of(Origin.OBSERVED));
    public static final Dataset ANALYTICS = new Dataset(
            "analytics",
            "what was recorded about your use of the application",
            Set.of(Dataset.Filter.PERIOD),
            Set.of(Origin.DERIVED));
    public static final Dataset EXPORTS = new Dataset(
            "exports",
            "the exports you asked for",
            Set.of(Dataset.Filter.PERIOD),
            Set.of(Origin.PROVIDED, Origin.OBSERVED));
    public static final Dataset API_KEYS = new Dataset(
            "api_keys",
            "for which providers you stored a key, never the keys themselves",
            Set.of(),
            Set.of(Origin.PROVIDED, Origin.OBSERVED));

    /** All of them, in the order of an export of everything. */
    public static final List<Dataset> ALL = List.of(
            PROFILE,
            SETTINGS,
            PROGRESS,
            SESSIONS,
            VOCABULARY,
            DESCRIPTIONS,
            QA,
            INTERACTIONS,
            ANALYTICS,
            EXPORTS,
            API_KEYS);

    public static final DatasetCatalogue CATALOGUE = new DatasetCatalogue(ALL);

    private LearningDatasets() {}
}
