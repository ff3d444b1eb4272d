package dev.satchel.batchexport.format.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.format.Written;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.export.ExportFormat;
import dev.satchel.record.Column;
import dev.satchel.record.Column.Origin;
import dev.satchel.record.Column.Type;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.LearningTypes;
import java.io.IOException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ArchiveForItsReaderTest {

    private static final ZoneId MADRID = ZoneId.of("Europe/Madrid");

    private static String readme(String language, String name, ExportFilters filters) throws IOException {
        List<Column> columns = List.of(new Column("language", Type.TEXT), new Column("full_name", Type.TEXT));
        return Bag.of(Written.archive(
                                Written.request(LearningTypes.ALL, ExportFormat.ARCHIVE, filters),
                                CsvOptions.DEFAULT,
                                MADRID)
                        .dataset(LearningDatasets.PROFILE, columns, new Object[][] {{language, name}})
                        .finish())
                .text("README.txt")
                .replaceAll("\\s+", " ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "en | You asked for a part of it only: days from 1 January 2026, days until 28 February 2026, in the time"
                        + " zone Europe/Madrid, words of the difficulty advanced, words in the phase mastered.",
                "es | Pediste solo una parte: días desde el 1 de enero de 2026, días hasta el 28 de febrero de 2026, en la"
                        + " zona horaria Europe/Madrid, palabras de dificultad avanzada, palabras en la fase dominada."
            })
    void saysInWordsWhatWasChosen(String language, String sentence) throws IOException {
        ExportFilters filters = ExportFilters.of(Map.of(
                "from", "2026-01-01",
                "to", "2026-02-28",
                "zone", "Europe/Madrid",
                "difficulty", "advanced",
                "phase", "mastered"));

        assertThat(readme(language, "Ana", filters)).contains(sentence);
        assertThat(readme(language, "Ana", ExportFilters.NONE)).doesNotContain(sentence.substring(0, 20));
    }

    @Test
    void greetsWithTheCharactersThatJoinLetters() throws IOException {
        assertThat(readme("en", "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645\u202E x", ExportFilters.NONE))
                .contains("Hello \u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645 x,");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u200D", " \u200C\u202E\n"})
    void greetsNobodyByANameThatShowsNothing(String name) throws IOException {
        assertThat(readme("en", name, ExportFilters.NONE)).doesNotContain("Hello");
    }

    @Test
    void describesEachColumnByItsOriginAndByATypeThatManyProgramsHold() throws IOException {
        List<Column> columns = List.of(
                new Column("asked_at", Type.INSTANT, Origin.OBSERVED),
                new Column("answer", Type.TEXT, Origin.PROVIDED),
                new Column("largest", Type.INTEGER, Origin.DERIVED),
                new Column("larger", Type.INTEGER),
                new Column("least", Type.INTEGER));
        Bag bag = Bag.of(Written.archive(LearningTypes.QA, ArchiveSettings.DEFAULT, MADRID)
                .dataset(
                        LearningDatasets.QA,
                        columns,
                        new Object[] {0L, "x", 1L << 53, (1L << 53) + 1, Long.MIN_VALUE},
                        new Object[] {0L, "x", -(1L << 53), 1L, 1L})
                .finish());
        List<String> fields = new ArrayList<>();
        for (JsonNode field : JsonMapper.shared()
                .readTree(bag.files().get("datapackage.json"))
                .at("/resources/0/schema/fields")) {
            fields.add(field.at("/name").asString() + " " + field.at("/type").asString() + " "
                    + field.path("origin").asString("unknown"));
        }

        assertThat(fields)
                .containsExactly(
                        "asked_at datetime observed",
                        "asked_at_local datetime observed",
                        "answer string provided",
                        "largest integer derived",
                        "larger string unknown",
                        "least string unknown");
    }
}
