package dev.satchel.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.satchel.record.Dataset;
import dev.satchel.record.LearningDatasets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeliveredFileTest {

    private static DeliveredFile file(long bytes, Map<Dataset, Long> records, List<Dataset> absent) {
        return new DeliveredFile(
                Exports.anyLocation(), "text/csv", bytes, "00", Exports.NOON, "001", records, absent, List.of());
    }

    @Test
    void countsTheRecordsOfAllDatasets() {
        Map<Dataset, Long> records = Map.of(
                LearningDatasets.QA, 3_000_000_000L, LearningDatasets.SESSIONS, 2L, LearningDatasets.PROFILE, 0L);

        assertThat(file(0, records, List.of()).recordCount()).isEqualTo(3_000_000_002L);
        assertThat(file(0, Map.of(), List.of()).recordCount()).isZero();
    }

    @Test
    void keepsWhatItWasGiven() {
        Map<Dataset, Long> records = new HashMap<>(Map.of(LearningDatasets.QA, 1L));
        List<Dataset> absent = new ArrayList<>(List.of(LearningDatasets.ANALYTICS));
        DeliveredFile file = file(10, records, absent);

        records.put(LearningDatasets.SESSIONS, 5L);
        absent.clear();

        assertThat(file.records()).isEqualTo(Map.of(LearningDatasets.QA, 1L));
        assertThat(file.absent()).containsExactly(LearningDatasets.ANALYTICS);
    }

    @Test
    void refusesANegativeSize() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> file(-1, Map.of(), List.of()))
                .withMessage("bytes must not be negative, was -1");
    }
}
