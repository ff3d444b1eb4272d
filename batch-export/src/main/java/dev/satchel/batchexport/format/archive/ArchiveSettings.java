package dev.satchel.batchexport.format.archive;

import java.time.Duration;
import java.util.Map;

/**
 * What is the same in every archive.
 *
 * @param texts what the operator says
 * @param retention how long a delivered file stays
 * @param leftOut for each dataset the columns that exports leave out, each with the reason, in English
 * @param producer the program that makes archives, with its version
 */
public record ArchiveSettings(
        OperatorTexts texts, Duration retention, Map<String, Map<String, String>> leftOut, String producer) {

    /** Without texts, and files stay for a week. */
    public static final ArchiveSettings DEFAULT =
            new ArchiveSettings(OperatorTexts.NONE, Duration.ofDays(7), Map.of(), "Satchel");
}
