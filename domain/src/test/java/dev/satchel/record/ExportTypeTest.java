package dev.satchel.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.satchel.export.ExportFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExportTypeTest {

    // The tests run in the Turkish locale, in which an upper-case I has another small letter.
    @Test
    void isKnownByItsName() {
        assertThat(LearningTypes.EACH.stream().map(ExportType::name))
                .containsExactly(
                        "profile",
                        "settings",
                        "progress",
                        "sessions",
                        "vocabulary",
                        "descriptions",
                        "qa",
                        "interactions",
                        "analytics",
                        "exports",
                        "api_keys",
                        "all");
    }

    @ParameterizedTest
    @FieldSource("dev.satchel.record.LearningTypes#EACH")
    void isFoundByItsName(ExportType type) {
        assertThat(LearningDatasets.CATALOGUE.type(type.name())).isEqualTo(type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "csv", "ALL", "api-keys", "all "})
    void refusesAnUnknownName(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LearningDatasets.CATALOGUE.type(name))
                .withMessage("unknown export type '" + name + "': expected one of profile, settings, progress,"
                        + " sessions, vocabulary, descriptions, qa, interactions, analytics, exports, api_keys, all");
    }

    @ParameterizedTest
    @FieldSource("dev.satchel.record.LearningDatasets#ALL")
    void holdsOneDataset(Dataset dataset) {
        assertThat(LearningDatasets.CATALOGUE.type(dataset.name()).datasets()).containsExactly(dataset);
    }

    @Test
    void holdsEveryDatasetWhenItIsAll() {
        assertThat(LearningTypes.ALL.datasets()).isEqualTo(LearningDatasets.ALL);
    }

    @ParameterizedTest
    @EnumSource
    void formatsAreFoundByTheirName(ExportFormat format) {
        assertThat(ExportFormat.of(format.code())).isEqualTo(format);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "pdf", "CSV", "xml"})
    void refusesAnUnknownFormat(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExportFormat.of(name))
                .withMessage("unknown export format '" + name + "': expected one of csv, json, jsonl, archive");
    }

    @Test
    void refusesACatalogueWithTwoDatasetsOfAName() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new DatasetCatalogue(List.of(LearningDatasets.QA, new Dataset("qa", "others", Set.of()))))
                .withMessage("two datasets have the name 'qa'");
    }

    @Test
    void refusesACatalogueWithoutDatasets() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DatasetCatalogue(List.of()))
                .withMessage("the export type 'all' holds no dataset");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "all", "Sessions", "a-b", "../etc", "1st", "a b", "ñandú"})
    void refusesANameThatIsNoFileName(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Dataset(name, "", Set.of()))
                .withMessage("'" + name + "' cannot be the name of a dataset: expected at most 50 of a-z, 0-9 and _,"
                        + " beginning with a letter, and not 'all'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"con", "prn", "aux", "nul", "com1", "lpt9"})
    void refusesANameThatWindowsKeepsForADevice(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Dataset(name, "", Set.of()))
                .withMessage(
                        "'" + name + "' cannot be the name of a dataset, because Windows makes no file of that name:"
                                + " call it otherwise, for example '" + name + "_data'");
    }
}
