package dev.satchel.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.satchel.UserId;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import dev.satchel.record.LearningTypes;
import dev.satchel.record.filter.Difficulty;
import dev.satchel.record.filter.Phase;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class ExportRequestTest {

    private static final Set<ExportType> UNDATED =
            Set.of(LearningTypes.PROFILE, LearningTypes.SETTINGS, LearningTypes.PROGRESS, LearningTypes.API_KEYS);
    private static final Set<ExportType> WITH_WORDS = Set.of(LearningTypes.VOCABULARY, LearningTypes.ALL);

    private final UserId user = Requests.anyUser();

    private ExportRequest request(ExportType type, String filter, String value) {
        return new ExportRequest(user, type, ExportFormat.JSON, ExportFilters.of(Map.of(filter, value)));
    }

    @ParameterizedTest
    @FieldSource("dev.satchel.record.LearningTypes#EACH")
    void takesDatesWhereTheDataHasThem(ExportType type) {
        if (UNDATED.contains(type)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> request(type, "from", "2026-01-01"))
                    .withMessage("the filters 'from' and 'to' do not apply to the type '" + type.name()
                            + "', which has no dates");
        } else {
            assertThat(request(type, "to", "2026-01-01").filters().days()).isPresent();
        }
    }

    @ParameterizedTest
    @FieldSource("dev.satchel.record.LearningTypes#EACH")
    void takesADifficultyWhereTheDataHasWords(ExportType type) {
        if (WITH_WORDS.contains(type)) {
            assertThat(request(type, "difficulty", "advanced").filters().difficultyOfWords())
                    .contains(Difficulty.ADVANCED);
        } else {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> request(type, "difficulty", "advanced"))
                    .withMessage("the filter 'difficulty' does not apply to the type '" + type.name()
                            + "', which has no difficulty");
        }
    }

    @ParameterizedTest
    @FieldSource("dev.satchel.record.LearningTypes#EACH")
    void takesACompressionForEveryTypeUnlessItsFileIsAZip(ExportType type) {
        ExportFilters gzip = ExportFilters.of(Map.of("compress", "gzip"));

        if (type.isAll()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new ExportRequest(user, type, ExportFormat.CSV, gzip))
                    .withMessage("the file of all types as CSV is a ZIP, which is compressed already: leave out"
                            + " 'compress', or choose the format json or jsonl");
        } else {
            assertThat(new ExportRequest(user, type, ExportFormat.CSV, gzip).filters())
                    .isEqualTo(gzip);
        }
        assertThat(new ExportRequest(user, type, ExportFormat.JSONL, gzip).filters())
                .isEqualTo(gzip);
    }

    @ParameterizedTest
    @FieldSource("dev.satchel.record.LearningTypes#EACH")
    void takesTheProfilePortabilityWhereNotEverythingIsDerived(ExportType type) {
        if (List.of("progress", "analytics").contains(type.name())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> request(type, "profile", "portability"))
                    .withMessage("the profile 'portability' leaves nothing of the type '" + type.name()
                            + "', all of which the application derived: leave out 'profile', or choose another type");
        } else {
            assertThat(request(type, "profile", "portability").filters().texts())
                    .containsExactly(Map.entry("profile", "portability"));
        }
        assertThat(request(type, "profile", "access").filters()).isEqualTo(ExportFilters.NONE);
    }

    @ParameterizedTest
    @FieldSource("dev.satchel.record.LearningTypes#EACH")
    void takesAPhaseWhereTheDataHasWords(ExportType type) {
        if (WITH_WORDS.contains(type)) {
            assertThat(request(type, "phase", "review").filters().phaseOfWords())
                    .contains(Phase.REVIEW);
        } else {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> request(type, "phase", "review"))
                    .withMessage(
                            "the filter 'phase' does not apply to the type '" + type.name() + "', which has no phase");
        }
    }
}
