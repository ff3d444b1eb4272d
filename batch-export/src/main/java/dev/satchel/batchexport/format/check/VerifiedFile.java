package dev.satchel.batchexport.format.check;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The result of a verification. Immutable.
 *
 * @param bytes the size of the file in the store; 0 if there is none
 * @param sha256 of the file in the store, in lower-case hexadecimal; empty if there is none
 * @param records how many records of each recorded dataset were counted; of a file that cannot be read to its
 *     end, the records up to there
 * @param differences empty if the file is what was delivered
 */
public record VerifiedFile(long bytes, String sha256, Map<String, Long> records, List<Difference> differences) {

    public VerifiedFile {
        records = Collections.unmodifiableMap(new LinkedHashMap<>(records));
        differences = List.copyOf(differences);
    }

    /** The result where the store has no such file. */
    public static VerifiedFile missing(RecordedFile recorded) {
        return new VerifiedFile(
                0,
                "",
                Map.of(),
                List.of(new Difference(Difference.Kind.MISSING, "", recorded.bytes() + " bytes", "no such file")));
    }

    /** Whether the file is what was delivered. */
    public boolean isIntact() {
        return differences.isEmpty();
    }
}
