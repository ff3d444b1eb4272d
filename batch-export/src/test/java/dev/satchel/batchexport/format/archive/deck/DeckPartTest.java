package dev.satchel.batchexport.format.archive.deck;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.batchexport.format.archive.Language;
import dev.satchel.batchexport.format.archive.Shown;
import dev.satchel.batchexport.format.archive.words.SampleWord;
import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.export.Failure;
import dev.satchel.record.Column;
import dev.satchel.record.Column.Type;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.RecordSink.NonFinite;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.text.Normalizer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jsoup.parser.Parser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DeckPartTest {

    private static final ZoneId MADRID = ZoneId.of("Europe/Madrid");
    private static final Instant NOON = Instant.parse("2026-11-28T11:00:00Z");

    @TempDir
    Path folder;

    private static byte[] deck(DeckPart part, Instant takenAt, SampleWord... words) throws IOException {
        Map<String, byte[]> files = Shown.to(part, Language.ENGLISH, MADRID, takenAt)
                .dataset(
                        LearningDatasets.VOCABULARY,
                        SampleWord.COLUMNS,
                        Arrays.stream(words).map(SampleWord::values).toList())
                .files();
        assertThat(files).containsOnlyKeys("data/words.apkg");
        return files.get("data/words.apkg");
    }

    private OpenedDeck opened(SampleWord... words) throws IOException, SQLException {
        return OpenedDeck.in(folder, deck(new DeckPart(), NOON, words));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // due at, ease, interval, reviews | type, queue, due, ivl, factor, reps
                "2026-11-30T09:00:00Z, 2.50, 6, 4, 2|2|2|6|2500|4",
                // Already tomorrow in Madrid.
                "2026-11-30T23:30:00Z, 1.30, 1, 0, 2|2|3|1|1300|0",
                "2026-11-01T09:00:00Z, 9.99, 30, 19, 2|2|-27|30|9990|19",
                "2026-11-30T09:00:00Z, 1.29, 0, -3, 2|2|2|1|1300|0",
                "2026-11-30T09:00:00Z, -5, -10, 4, 2|2|2|1|1300|4",
                "2026-11-30T09:00:00Z, -, -, -, 2|2|2|1|2500|0",
                "2026-11-30T09:00:00Z, 1e999, 2147483647, 2147483647, 2|2|2|36500|65535|2147483647",
                "+294000-12-31T23:00:00Z, 2.5, 6, 4, 2|2|36500|6|2500|4",
                "-4713-01-01T00:00:00Z, 2.5, 6, 4, 2|2|-36500|6|2500|4",
                // No next review: the word waits for its first one in Anki, at its place.
                "-, 2.50, 6, 4, 0|0|1|0|0|0",
                "-, -, -, -, 0|0|1|0|0|0"
            })
    void schedulesAWordAsTheDatabaseHasIt(String due, String ease, Integer interval, Integer reviews, String row)
            throws IOException, SQLException {
        try (OpenedDeck deck = opened(SampleWord.of(1, "sol").due(due, ease, interval, reviews))) {
            assertThat(deck.value("SELECT type, queue, due, ivl, factor, reps FROM cards"))
                    .isEqualTo(row);
            assertThat(deck.value("SELECT lapses, left, odue, odid, flags, data FROM cards"))
                    .isEqualTo("0|0|0|0|0|");
            // Four in the morning in Madrid, when Anki's day begins.
            assertThat(deck.value("SELECT crt, ver, dty, tags FROM col"))
                    .isEqualTo(Instant.parse("2026-11-28T03:00:00Z").getEpochSecond() + "|11|0|{}");
        }
    }

    @Test
    void schedulesInfinityAsTheLastAndTheFirstDay() throws IOException, SQLException {
        try (OpenedDeck deck = opened(
                SampleWord.of(1, "nunca")
                        .with("next_review", NonFinite.INFINITY)
                        .with("ease_factor", NonFinite.NAN),
                SampleWord.of(2, "siempre").with("next_review", NonFinite.NEGATIVE_INFINITY))) {
            assertThat(deck.rows("SELECT type, due, factor FROM cards ORDER BY id"))
                    .containsExactly("2|36500|2500", "2|-36500|2500");
        }
    }

    @ParameterizedTest
    @CsvSource({"DATE, 2026-11-30", "TEXT, 2026-11-30T22:59:59.5", "TEXT, 2026-11-29T23:00:00"})
    void schedulesByADateOrATimestampWithoutAZoneToo(Type type, String due) throws IOException, SQLException {
        Object value = type == Type.DATE ? (Object) LocalDate.parse(due).toEpochDay() : due;

        try (OpenedDeck deck = OpenedDeck.in(
                folder,
                deck(
                        "next_review",
                        type,
                        SampleWord.of(1, "sol").with("next_review", value).values()))) {
            assertThat(deck.value("SELECT type, due FROM cards")).isEqualTo("2|2");
        }
    }

    @Test
    void givesWordsOfAnyIdTheirOwnNotesAmongThoseOfOtherDecks() throws IOException, SQLException {
        Object[] first = SampleWord.of(1, "sol").with("vocabulary_item_id", 1L).values();
        Object[] second =
                SampleWord.of(2, "luna").with("vocabulary_item_id", 2L).values();

        try (OpenedDeck deck = OpenedDeck.in(folder, deck("vocabulary_item_id", Type.INTEGER, first, second));
                OpenedDeck again = OpenedDeck.in(folder, deck("vocabulary_item_id", Type.INTEGER, second))) {
            assertThat(deck.rows("SELECT guid FROM notes"))
                    .doesNotHaveDuplicates()
                    .allMatch(guid -> guid.length() == 36);
            assertThat(again.rows("SELECT guid FROM notes"))
                    .isEqualTo(deck.rows("SELECT guid FROM notes WHERE sfld = 'luna'"));
        }
    }

    /** The deck of words one of whose columns has another type. */
    private static byte[] deck(String name, Type type, Object[]... words) throws IOException {
        List<Column> columns = SampleWord.COLUMNS.stream()
                .map(column -> column.name().equals(name) ? new Column(name, type) : column)
                .toList();
        return Shown.to(new DeckPart(), Language.ENGLISH, MADRID, NOON)
                .dataset(LearningDatasets.VOCABULARY, columns, List.of(words))
                .files()
                .get("data/words.apkg");
    }

    @Test
    void placesNewWordsInTheOrderOfTheExport() throws IOException, SQLException {
        try (OpenedDeck deck = opened(
                SampleWord.of(1, "uno"),
                SampleWord.of(2, "dos").due("2026-11-30T09:00:00Z", "2.5", 6, 4),
                SampleWord.of(3, "tres"))) {
            assertThat(deck.rows("SELECT sfld, type, due FROM notes JOIN cards ON nid = notes.id ORDER BY notes.id"))
                    .containsExactly("uno|0|1", "dos|2|2", "tres|0|3");
        }
    }

    @Test
    void inventsNoReview() throws IOException, SQLException {
        try (OpenedDeck deck = opened(SampleWord.of(1, "sol").due("2026-11-30T09:00:00Z", "2.5", 6, 4))) {
            assertThat(deck.rows("SELECT * FROM revlog")).isEmpty();
            assertThat(deck.rows("SELECT * FROM graves")).isEmpty();
        }
    }

    @Test
    void leavesOutWhatIsNoWordAndDoublesNone() throws IOException, SQLException {
        try (OpenedDeck deck = opened(
                SampleWord.of(1, "sol"),
                // A list without words, a word that row security hides, one of white space, and the first again.
                SampleWord.of(2, null).with("vocabulary_item_id", null),
                SampleWord.of(3, null),
                SampleWord.of(4, " \n"),
                SampleWord.of(1, "sol"),
                // Two words of one text are two words.
                SampleWord.of(5, "sol"))) {
            assertThat(deck.rows("SELECT guid, sfld FROM notes ORDER BY id"))
                    .containsExactly(SampleWord.id(1) + "|sol", SampleWord.id(5) + "|sol");
            assertThat(deck.value("SELECT count(*), count(DISTINCT nid) FROM cards"))
                    .isEqualTo("2|2");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>",
                "<img src=x onerror=alert(1)>",
                "\" onmouseover='alert(1)'",
                "[sound:../../secret.mp3]",
                "[latex]\\input{/etc/passwd}[/latex]",
                "{{c1::cloze}} {{Word}} {{#Word}}",
                "&lt;b&gt; &amp;amp; &nbsp; &#39;",
                "a\u001fb\u0001c\u007fd",
                "line\nline\r\nline\rline",
                "no\u00A0break",
                "42",
                "=1+1",
                "😀 ğ \u202Eabc\u2028d",
                "e\u0301",
                "<!-- comment --> -- ' ; DROP TABLE notes; --"
            })
    void showsATextAsItIs(String text) throws Exception {
        try (OpenedDeck deck =
                opened(SampleWord.of(1, text).with("english_translation", text).with("list_name", text))) {
            String[] fields = deck.value("SELECT flds FROM notes").split("\u001f", -1);
            assertThat(fields).hasSize(7);
            assertThat(fields[1]).isEqualTo(fields[0]);
            assertThat(fields[0].replace("<br>", "")).doesNotContain("<", ">", "[", "\"", "'");
            String shown = Normalizer.normalize(text, Normalizer.Form.NFC)
                    .replace("\r\n", "\n")
                    .replace('\r', '\n')
                    .replaceAll("[\u0001\u001f\u007f]", " ")
                    .replace('\u00A0', ' ');
            // What a browser shows.
            assertThat(Parser.unescapeEntities(fields[0].replace("<br>", "\n"), false)
                            .replace('\u00A0', ' '))
                    .isEqualTo(shown);
            String plain = shown.replace("\n", "");
            assertThat(deck.value("SELECT sfld FROM notes")).isEqualTo(plain);
            byte[] sha1 = MessageDigest.getInstance("SHA-1").digest(plain.getBytes(UTF_8));
            assertThat(deck.value("SELECT csum FROM notes"))
                    .isEqualTo(Integer.toUnsignedString(ByteBuffer.wrap(sha1).getInt()));
            assertThat(deck.value("SELECT tags FROM notes")).matches(" list::[^\\p{Cntrl}\\s\"\u3000:]+ ");
        }
    }

    @Test
    void tagsAWordWithPhaseAndList() throws IOException, SQLException {
        try (OpenedDeck deck = opened(
                SampleWord.of(1, "sol").with("learning_phase", "mastered").with("list_name", "Mi lista: \"cosas\""),
                SampleWord.of(2, "luna").with("list_name", " \u3000 "))) {
            assertThat(deck.rows("SELECT tags FROM notes ORDER BY id"))
                    .containsExactly(" phase::mastered list::Mi_lista_cosas ", "");
        }
    }

    @Test
    void isTheSameBytesForTheSameWords() throws Exception {
        SampleWord[] words = new SampleWord[2_000];
        for (int number = 0; number < words.length; number++) {
            words[number] = SampleWord.of(number, "palabra " + number)
                    .due(number % 3 == 0 ? null : "2026-12-0" + (1 + number % 9) + "T09:00:00Z", "2.5", number, number);
        }

        assertThat(sha256(deck(new DeckPart(), NOON, words))).isEqualTo(sha256(deck(new DeckPart(), NOON, words)));
    }

    private static byte[] sha256(byte[] bytes) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }

    @Test
    void isRecognizedByAnkiWhenItIsExportedAgain() throws IOException, SQLException {
        try (OpenedDeck first = opened(SampleWord.of(1, "sol"), SampleWord.of(2, "luna"), SampleWord.of(3, "mar"));
                OpenedDeck second = OpenedDeck.in(
                        folder,
                        deck(
                                new DeckPart(),
                                NOON.plusSeconds(86_400),
                                SampleWord.of(4, "nube"),
                                SampleWord.of(2, "la luna").due("2026-11-30T09:00:00Z", "2.5", 6, 4),
                                SampleWord.of(1, "sol")))) {
            assertThat(second.rows("SELECT guid FROM notes"))
                    .contains(SampleWord.id(1).toString(), SampleWord.id(2).toString());
            for (String same : List.of("SELECT DISTINCT mid FROM notes", "SELECT DISTINCT did FROM cards")) {
                assertThat(second.value(same)).isEqualTo(first.value(same));
            }
            assertThat(second.value("SELECT models FROM col")).isEqualTo(first.value("SELECT models FROM col"));
            assertThat(Long.parseLong(second.value("SELECT min(mod) FROM notes")))
                    .isGreaterThan(Long.parseLong(first.value("SELECT max(mod) FROM notes")));
            assertThat(Long.parseLong(second.value("SELECT min(id) FROM notes")))
                    .isGreaterThan(Long.parseLong(first.value("SELECT max(id) FROM notes")));
        }
    }

    @Test
    void passesTheChecksOfTheDatabase() throws IOException, SQLException {
        try (OpenedDeck deck =
                opened(SampleWord.of(1, "sol"), SampleWord.of(2, "luna").due("2026-11-30T09:00:00Z", "2.5", 6, 4))) {
            assertThat(deck.time()).isEqualTo(LocalDateTime.of(2026, 11, 28, 11, 0));
            assertThat(deck.value("PRAGMA integrity_check")).isEqualTo("ok");
            assertThat(deck.value("PRAGMA user_version")).isEqualTo("0");
            assertThat(deck.value("PRAGMA page_size")).isEqualTo("4096");
            // What Anki's own check looks for.
            assertThat(deck.rows("SELECT id FROM notes WHERE id NOT IN (SELECT nid FROM cards)"))
                    .isEmpty();
            assertThat(deck.rows("SELECT id FROM cards WHERE nid NOT IN (SELECT id FROM notes)"))
                    .isEmpty();
            JsonNode models = JsonMapper.shared().readTree(deck.value("SELECT models FROM col"));
            JsonNode decks = JsonMapper.shared().readTree(deck.value("SELECT decks FROM col"));
            JsonNode options = JsonMapper.shared().readTree(deck.value("SELECT dconf FROM col"));
            JsonNode model = models.path(deck.value("SELECT DISTINCT mid FROM notes"));
            assertThat(model.path("flds").size()).isEqualTo(7);
            assertThat(model.path("tmpls").size()).isEqualTo(1);
            JsonNode ours = decks.path(deck.value("SELECT DISTINCT did FROM cards"));
            assertThat(ours.path("name").asString()).isEqualTo("Satchel");
            assertThat(options.has(ours.path("conf").asString())).isTrue();
        }
    }

    @Test
    void saysWhichWordsAreBeyondItsBound() throws IOException, SQLException {
        byte[] bounded = deck(
                new DeckPart(3),
                NOON,
                SampleWord.of(1, "uno"),
                SampleWord.of(2, "dos"),
                SampleWord.of(3, "tres"),
                SampleWord.of(4, "cuatro"),
                SampleWord.of(5, "cinco"));

        try (OpenedDeck deck = OpenedDeck.in(folder, bounded)) {
            assertThat(deck.value("SELECT count(*) FROM notes")).isEqualTo("3");
            assertThat(deck.value("SELECT decks FROM col"))
                    .contains(
                            "This deck has your first 3 words. 2 more are in the file data/words.csv of the archive.");
        }
    }

    @Test
    void isLeftOutWithoutWords() throws IOException {
        assertThat(Shown.to(new DeckPart(), Language.ENGLISH, MADRID, NOON)
                        .dataset(LearningDatasets.VOCABULARY, SampleWord.COLUMNS, List.of())
                        .dataset(
                                LearningDatasets.QA,
                                SampleWord.COLUMNS,
                                List.<Object[]>of(SampleWord.of(1, "sol").values()))
                        .files())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"next_review", "interval_days", "ease_factor"})
    void isLeftOutWhereTheScheduleOfWordsIsNotKnown(String missing) throws IOException {
        int place = SampleWord.COLUMNS.stream().map(Column::name).toList().indexOf(missing);
        List<Column> columns = new ArrayList<>(SampleWord.COLUMNS);
        columns.remove(place);
        List<Object> values = new ArrayList<>(Arrays.asList(
                SampleWord.of(1, "sol").due("2026-11-30T09:00:00Z", "2.5", 6, 4).values()));
        values.remove(place);

        assertThat(Shown.to(new DeckPart(), Language.ENGLISH, MADRID, NOON)
                        .dataset(LearningDatasets.VOCABULARY, columns, List.<Object[]>of(values.toArray()))
                        .files())
                .isEmpty();
    }

    @Test
    void waitsForTheOperatorWhereThereIsNoRoom() throws SQLException {
        try (Connection full = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("full"))) {
            full.createStatement().execute("PRAGMA max_page_count = 1");

            assertThatThrownBy(() -> full.createStatement().execute("CREATE TABLE col (id integer)"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            thrown -> assertThat(new KnownFailures()
                                            .diagnose(SqliteLibrary.failure(thrown, Path.of("/tmp/small"))))
                                    .satisfies(failure ->
                                            assertThat(failure.code()).isEqualTo(Failure.Code.WORKER_MISCONFIGURED))
                                    .extracting(Failure::message)
                                    .asString()
                                    .contains("/tmp/small (SQLite cannot write the deck of an archive: [SQLITE_FULL]"));
        }
    }

    @Test
    void takesNoFailureOfSqliteForOneOfPostgresql() throws SQLException {
        try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("empty"))) {
            assertThatThrownBy(() -> database.createStatement().execute("SELECT * FROM col"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            thrown -> assertThat(new KnownFailures()
                                            .diagnose(SqliteLibrary.failure(thrown, folder))
                                            .code())
                                    .isEqualTo(Failure.Code.INTERNAL));
        }
    }

    @Test
    void waitsForTheOperatorWhereTheLibraryCannotBeLoaded() throws Exception {
        assertThat(said("-Dorg.sqlite.tmpdir=/no/such/directory", WithoutLibrary.class))
                .contains("OPERATOR worker_misconfigured: the worker cannot load the library for SQLite, which it needs"
                        + " for the deck of an archive: give it a directory for temporary files")
                .endsWith("twice the same\n");
    }

    @Test
    void hasNothingInTheDirectoryForTemporaryFilesWhileItIsWritten() throws Exception {
        assertThat(said("-Djava.io.tmpdir=" + Files.createDirectory(folder.resolve("temporary")), Killed.class))
                .endsWith("of the directory: []\n");
    }

    private static String said(String property, Class<?> program) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        property,
                        "-cp",
                        System.getProperty("java.class.path"),
                        program.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    /** A program that looks around when a word is written, as one would that was killed then. */
    static final class Killed {

        public static void main(String[] args) throws IOException {
            try (DeckPart part = new DeckPart()) {
                Shown.to(part, Language.ENGLISH, MADRID, NOON)
                        .dataset(
                                LearningDatasets.VOCABULARY,
                                SampleWord.COLUMNS,
                                List.<Object[]>of(SampleWord.of(1, "sol").values()));
                try (Stream<Path> left = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
                    System.out.print("of the directory: " + left.toList() + "\n");
                }
            }
        }
    }

    /** A program of its own, because a library that was loaded stays. */
    static final class WithoutLibrary {

        public static void main(String[] args) {
            Failure first = failure();
            System.out.print(first.code().verdict() + " " + first.message() + "\n");
            System.out.print(first.equals(failure()) ? "twice the same\n" : "another failure\n");
        }

        private static Failure failure() {
            try {
                deck(new DeckPart(), NOON, SampleWord.of(1, "sol"));
                throw new AssertionError("the library was loaded");
            } catch (IOException failed) {
                return new KnownFailures().diagnose(failed);
            }
        }
    }
}
