package dev.satchel.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.satchel.export.Exports;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HiddenRecordsTest {

    private static final HiddenRecords SESSIONS =
            new HiddenRecords(LearningDatasets.SESSIONS, "public.sessions", 3, 5, "");
    private static final HiddenRecords ANSWERS =
            new HiddenRecords(LearningDatasets.QA, "public.qa_responses", 1, 1, "");

    private static UserRecords.Snapshot hiding(HiddenRecords... gaps) {
        return new UserRecords.Snapshot(Exports.NOON, Map.of(), List.of(), "001", List.of(gaps));
    }

    @Test
    void areRefusedUnlessTheirDatasetIsAccepted() {
        assertThatExceptionOfType(HiddenRecordsException.class)
                .isThrownBy(() -> hiding(SESSIONS, ANSWERS).accepting(Map.of(LearningDatasets.QA, "a trial")))
                .withMessage(
                        "row security hides 3 of 5 records of public.sessions from their own user, so that the file"
                                + " would be incomplete");
    }

    @Test
    void carryTheReasonForWhichTheyAreAccepted() {
        assertThat(hiding(SESSIONS)
                        .accepting(Map.of(LearningDatasets.SESSIONS, "only with a second factor"))
                        .hidden())
                .containsExactly(new HiddenRecords(
                        LearningDatasets.SESSIONS, "public.sessions", 3, 5, "only with a second factor"));
    }

    @Test
    void areNoneInACompleteSnapshot() {
        UserRecords.Snapshot complete = hiding();

        assertThat(complete.accepting(Map.of())).isEqualTo(complete);
    }
}
