package dev.satchel.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExportTypeTest {

    // The tests run in the Turkish locale, in which an upper-case I has another small letter.
    @Test
    void isKnownByItsName() {
        assertThat(Arrays.stream(ExportType.values()).map(ExportType::key))
                .containsExactly(
                        "profile",
                        "settings",
                        "sessions",
                        "vocabulary",
                        "descriptions",
                        "qa",
                        "interactions",
                        "analytics",
                        "progress",
                        "exports",
                        "api_keys",
                        "all");
    }

    @ParameterizedTest
    @EnumSource
    void isFoundByItsName(ExportType type) {
        assertThat(ExportType.of(type.key())).isEqualTo(type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "csv", "ALL", "api-keys", "all "})
    void refusesAnUnknownName(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExportType.of(name))
                .withMessage("unknown export type '" + name + "': expected one of profile, settings, sessions,"
                        + " vocabulary, descriptions, qa, interactions, analytics, progress, exports, api_keys, all");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ALL")
    void holdsOneDataset(ExportType type) {
        assertThat(type.datasets()).extracting(Dataset::key).containsExactly(type.key());
    }

    @Test
    void holdsEveryDatasetWhenItIsAll() {
        assertThat(ExportType.ALL.datasets()).isEqualTo(List.of(Dataset.values()));
    }

    @ParameterizedTest
    @EnumSource
    void formatsAreFoundByTheirName(ExportFormat format) {
        assertThat(ExportFormat.of(format.key())).isEqualTo(format);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "pdf", "CSV", "xml"})
    void refusesAnUnknownFormat(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExportFormat.of(name))
                .withMessage("unknown export format '" + name + "': expected one of csv, json, jsonl");
    }
}
