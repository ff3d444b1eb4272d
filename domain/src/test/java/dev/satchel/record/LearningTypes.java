package dev.satchel.record;

import java.util.List;

/** The export types of the learning application. */
public final class LearningTypes {

    public static final ExportType PROFILE = ExportType.of(LearningDatasets.PROFILE);
    public static final ExportType SETTINGS = ExportType.of(LearningDatasets.SETTINGS);
    public static final ExportType PROGRESS = ExportType.of(LearningDatasets.PROGRESS);
    public static final ExportType SESSIONS = ExportType.of(LearningDatasets.SESSIONS);
    public static final ExportType VOCABULARY = ExportType.of(LearningDatasets.VOCABULARY);
    public static final ExportType DESCRIPTIONS = ExportType.of(LearningDatasets.DESCRIPTIONS);
    public static final ExportType QA = ExportType.of(LearningDatasets.QA);
    public static final ExportType INTERACTIONS = ExportType.of(LearningDatasets.INTERACTIONS);
    public static final ExportType ANALYTICS = ExportType.of(LearningDatasets.ANALYTICS);
    public static final ExportType EXPORTS = ExportType.of(LearningDatasets.EXPORTS);
    public static final ExportType API_KEYS = ExportType.of(LearningDatasets.API_KEYS);
    public static final ExportType ALL = LearningDatasets.CATALOGUE.type(ExportType.ALL);

    /** One for each dataset, and {@link #ALL}. */
    public static final List<ExportType> EACH = LearningDatasets.CATALOGUE.types();

    private LearningTypes() {}
}
