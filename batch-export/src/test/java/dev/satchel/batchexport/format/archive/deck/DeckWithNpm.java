package dev.satchel.batchexport.format.archive.deck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.NpmProject;
import dev.satchel.batchexport.format.archive.Language;
import dev.satchel.batchexport.format.archive.Shown;
import dev.satchel.batchexport.format.archive.words.SampleWord;
import dev.satchel.record.LearningDatasets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A deck, read by another SQLite, beside one that genanki-js writes of the same notes. Runs where npm is installed.
 */
class DeckWithNpm {

    @TempDir
    static Path folder;

    private static JsonNode seen;

    @BeforeAll
    static void read() throws IOException, InterruptedException {
        NpmProject npm = NpmProject.installed(Path.of("src/test/archive-readers"), Path.of("target/archive-readers"));
        byte[] deck = Shown.to(
                        new DeckPart(),
                        Language.ENGLISH,
                        ZoneId.of("Europe/Madrid"),
                        Instant.parse("2026-11-28T11:00:00Z"))
                .dataset(
                        LearningDatasets.VOCABULARY,
                        SampleWord.COLUMNS,
                        List.of(
                                SampleWord.of(1, "canción <b>").values(),
                                SampleWord.of(2, "sol & mar")
                                        .due("2026-11-30T09:00:00Z", "2.35", 6, 4)
                                        .values(),
                                SampleWord.of(3, "42").values()))
                .files()
                .get("data/words.apkg");
        Path file = Files.write(folder.resolve("words.apkg"), deck);
        NpmProject.Result result = npm.run(List.of("node", "deck.mjs", file.toString()), 60);
        assertThat(result.exitCode()).as(result.output()).isZero();
        seen = JsonMapper.shared().readTree(result.output());
    }

    @Test
    void isSoundForAnotherSqlite() {
        assertThat(seen.path("integrity").toString()).isEqualTo("[[\"ok\"]]");
    }

    @Test
    void hasTheScheduleThatTheWordsHave() {
        assertThat(seen.path("schedule").toString())
                .isEqualTo("[[\"" + SampleWord.id(1) + "\",0,0,1,0,0,0],[\"" + SampleWord.id(2)
                        + "\",2,2,2,6,2350,4],[\"" + SampleWord.id(3) + "\",0,0,3,0,0,0]]");
    }

    @Test
    void hasTablesIndexesNotesAndCardsAsTheOtherDeck() {
        assertThat(seen.path("ours").path("notes").size()).isEqualTo(3);
        assertThat(seen.path("ours")).isEqualTo(seen.path("theirs"));
    }

    @Test
    void saysAsMuchOfNoteTypeDeckAndSettingsAsTheOtherDeck() {
        assertThat(seen.path("missing").toString()).isEqualTo("{\"model\":[],\"deck\":[],\"conf\":[]}");
    }
}
