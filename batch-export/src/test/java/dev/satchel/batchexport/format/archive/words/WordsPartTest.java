package dev.satchel.batchexport.format.archive.words;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.format.archive.Language;
import dev.satchel.batchexport.format.archive.Shown;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.RecordSink.NonFinite;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WordsPartTest {

    private static final Instant NOON = Instant.parse("2026-11-28T11:00:00Z");

    private static String csv(Language language, SampleWord... words) throws IOException {
        Map<String, byte[]> files = Shown.to(
                        new WordsPart(new CsvOptions(false, true)), language, ZoneId.of("America/Bogota"), NOON)
                .dataset(
                        LearningDatasets.VOCABULARY,
                        SampleWord.COLUMNS,
                        Arrays.stream(words).map(SampleWord::values).toList())
                .dataset(LearningDatasets.QA, SampleWord.COLUMNS, List.of())
                .files();
        assertThat(files).containsOnlyKeys("data/words.csv");
        return new String(files.get("data/words.csv"), UTF_8);
    }

    private static SampleWord song() {
        return SampleWord.of(1, "canción")
                .with("article", "la")
                .with("gender", "femenino")
                .with("part_of_speech", "noun")
                // Still the day before in Bogotá.
                .due("2026-12-02T02:00:00Z", "2.5", 6, 4)
                .with("correct_count", 3);
    }

    @Test
    void hasEightColumnsInEnglish() throws IOException {
        assertThat(csv(Language.ENGLISH, song(), SampleWord.of(2, "=1+1").with("gender", "neutro")))
                .isEqualTo("\"Word\",\"Translation\",\"Article\",\"Part of speech\",\"Phase\",\"Next review\","
                        + "\"Reviews\",\"Correct answers\"\r\n"
                        + "\"canción\",\"word 1\",\"la\",\"noun\",\"review\",\"2026-12-01\",4,3\r\n"
                        + "\"'=1+1\",\"word 2\",\"neutro\",,,,,\r\n");
    }

    @Test
    void speaksSpanish() throws IOException {
        assertThat(csv(
                        Language.SPANISH,
                        song(),
                        SampleWord.of(2, "sol")
                                .with("next_review", NonFinite.INFINITY)
                                .with("part_of_speech", "thing")))
                .isEqualTo("\"Palabra\",\"Traducción\",\"Artículo\",\"Categoría\",\"Fase\",\"Próximo repaso\","
                        + "\"Repasos\",\"Respuestas correctas\"\r\n"
                        + "\"canción\",\"word 1\",\"la\",\"sustantivo\",\"en repaso\",\"2026-12-01\",4,3\r\n"
                        + "\"sol\",\"word 2\",,\"thing\",,Infinity,,\r\n");
    }

    @Test
    void leavesOutWhatIsNoWord() throws IOException {
        assertThat(csv(
                                Language.ENGLISH,
                                SampleWord.of(1, null),
                                SampleWord.of(2, "luna").with("vocabulary_item_id", null),
                                SampleWord.of(3, "mar"))
                        .lines())
                .hasSize(2);
    }

    @Test
    void isNotThereWithoutTheDataset() throws IOException {
        assertThat(Shown.to(new WordsPart(CsvOptions.DEFAULT), Language.ENGLISH, ZoneId.of("America/Bogota"), NOON)
                        .dataset(LearningDatasets.QA, SampleWord.COLUMNS, List.of())
                        .files())
                .isEmpty();
    }
}
