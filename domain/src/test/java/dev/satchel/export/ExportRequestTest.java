package dev.satchel.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.satchel.UserId;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExportRequestTest {

    private static final Set<ExportType> UNDATED =
            Set.of(ExportType.PROFILE, ExportType.SETTINGS, ExportType.PROGRESS, ExportType.API_KEYS);
    private static final Set<ExportType> WITH_WORDS = Set.of(ExportType.VOCABULARY, ExportType.ALL);

    private final UserId user = Requests.anyUser();

    private ExportRequest request(ExportType type, String filter, String value) {
        return new ExportRequest(user, type, ExportFormat.JSON, ExportFilters.of(Map.of(filter, value)));
    }

    @ParameterizedTest
    @EnumSource
    void takesDatesWhereTheDataHasThem(ExportType type) {
        if (UNDATED.contains(type)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> request(type, "from", "2026-01-01"))
                    .withMessage("the filters 'from' and 'to' do not apply to the type '" + type.key()
                            + "', which has no dates");
        } else {
            assertThat(request(type, "to", "2026-01-01").filters().days()).isPresent();
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesADifficultyWhereTheDataHasWords(ExportType type) {
        if (WITH_WORDS.contains(type)) {
            assertThat(request(type, "difficulty", "advanced").filters().difficultyOfWords())
                    .contains(Difficulty.ADVANCED);
        } else {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> request(type, "difficulty", "advanced"))
                    .withMessage("the filter 'difficulty' applies to the types 'vocabulary' and 'all', not '"
                            + type.key() + "'");
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesAPhaseWhereTheDataHasWords(ExportType type) {
        if (WITH_WORDS.contains(type)) {
            assertThat(request(type, "phase", "review").filters().phaseOfWords())
                    .contains(Phase.REVIEW);
        } else {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> request(type, "phase", "review"))
                    .withMessage(
                            "the filter 'phase' applies to the types 'vocabulary' and 'all', not '" + type.key() + "'");
        }
    }
}
