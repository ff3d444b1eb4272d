package dev.satchel.batchexport.format.archive.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.format.archive.Addressee;
import dev.satchel.batchexport.format.archive.ArchiveSettings;
import dev.satchel.batchexport.format.archive.Language;
import dev.satchel.batchexport.format.archive.OperatorTexts;
import dev.satchel.batchexport.format.archive.OperatorTexts.Topic;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.HiddenRecords;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.RecordSink;
import dev.satchel.record.filter.Phase;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Attribute;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ArchivePageTest {

    private static final int MOST_BYTES = 2_000_000;

    private static Map<String, String> pages;
    private static Map<String, Document> documents;

    @BeforeAll
    static void write() throws Exception {
        pages = new TreeMap<>(SamplePages.all());
        pages.put("english", SampleLearner.page(Language.ENGLISH, 10));
        pages.put("spanish", SampleLearner.page(Language.SPANISH, 10));
        documents = new TreeMap<>();
        pages.forEach((name, page) -> documents.put(name, Jsoup.parse(page)));
    }

    private static Document page(String name) {
        return documents.get(name);
    }

    @Test
    void isWellFormedXmlToo() throws Exception {
        for (String page : pages.values()) {
            assertThat(page).startsWith("<!DOCTYPE html>\n<html lang=");
            DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(page.getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    void asksNoServerAndRunsOneScriptOfKnownHash() throws Exception {
        for (String name : pages.keySet()) {
            Document page = page(name);
            // There is nothing to find on an empty page.
            assertThat(page.select("script")).hasSameSizeAs(page.select("#search"));
            if (name.equals("empty")) {
                assertThat(page.select("#search")).isEmpty();
                continue;
            }
            String script = page.select("script").first().data();
            String hash = Base64.getEncoder()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8)));

            assertThat(page.select("meta[http-equiv=Content-Security-Policy]").attr("content"))
                    .isEqualTo("default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-"
                            + hash + "'; base-uri 'none'; form-action 'none'");
            assertThat(page.select("link, iframe, object, embed, form, base, img, image, use, audio, video"))
                    .isEmpty();
            assertThat(page.select("style").html()).doesNotContain("url(", "@import");
            for (Element element : page.getAllElements()) {
                for (Attribute attribute : element.attributes()) {
                    assertThat(attribute.getKey())
                            .doesNotStartWith("on")
                            .isNotEqualTo("src")
                            .isNotEqualTo("style");
                }
            }
        }
    }

    @Test
    void linksOnlyToItselfAndToFilesOfTheArchive() {
        for (String name : pages.keySet()) {
            Document page = page(name);
            for (Element link : page.select("[href]")) {
                String address = link.attr("href");
                if (address.startsWith("#")) {
                    assertThat(page.getElementById(address.substring(1)))
                            .as(address)
                            .isNotNull();
                } else {
                    assertThat(address)
                            .matches(
                                    "README\\.txt|data/(words\\.csv|words\\.apkg|workbook\\.xlsx|(csv|json)/[a-z_]+\\.(csv|json))");
                }
            }
        }
        assertThat(page("english").select("#inside a[href^=data/]").eachAttr("href"))
                .contains("data/csv/sessions.csv", "data/json/sessions.json", "data/words.apkg", "data/workbook.xlsx");
        assertThat(page("shop").select("a[href*=words]")).isEmpty();
    }

    @Test
    void canBeReadWithoutSeeingIt() {
        for (String name : pages.keySet()) {
            Document page = page(name);
            for (String landmark : List.of("header", "nav", "main", "footer", "h1")) {
                assertThat(page.select(landmark)).as(landmark).hasSize(1);
            }
            assertThat(page.body().child(0).attr("href")).isEqualTo("#content");
            assertThat(page.title()).isNotBlank();
            int before = 1;
            for (Element heading : page.select("h2, h3, h4, h5, h6")) {
                int level = heading.tagName().charAt(1) - '0';
                assertThat(level).as(heading.text()).isLessThanOrEqualTo(before + 1);
                before = level;
            }
            assertThat(page.select("[id]").eachAttr("id")).doesNotHaveDuplicates();
            for (Element chart : page.select("svg")) {
                assertThat(chart.attr("role")).isEqualTo("img");
                assertThat(chart.selectFirst("> title").text()).isNotBlank();
                assertThat(chart.selectFirst("> desc").text()).isNotBlank();
                assertThat(chart.closest("section").select("details table"))
                        .as(chart.id())
                        .isNotEmpty();
            }
            for (Element table : page.select("table")) {
                assertThat(table.selectFirst("> caption").text()).isNotBlank();
                assertThat(table.select("thead th"))
                        .isNotEmpty()
                        .allMatch(cell -> cell.attr("scope").equals("col"));
                int columns = table.select("thead th").size();
                for (Element row : table.select("tbody tr")) {
                    assertThat(row.childrenSize()).isEqualTo(columns);
                    boolean hasName = !row.child(0).text().matches("[\\s\\p{Z}\\p{Cf}]*");
                    assertThat(row.select("> th[scope=row]")).hasSize(hasName ? 1 : 0);
                    assertThat(row.child(0).tagName()).isEqualTo(hasName ? "th" : "td");
                }
            }
        }
    }

    @Test
    void countsDaysAndWeeksInTheReadersZone() throws Exception {
        PageUnderTest page = SamplePages.page(Language.ENGLISH, "Ana", SamplePages.MADRID);
        page.begin(LearningDatasets.SESSIONS, SamplePages.SESSIONS);
        // Two days in UTC and one in Madrid: Monday, 2 November.
        SamplePages.session(page, "2026-11-01T23:30:00Z", 20, 4, 3);
        SamplePages.session(page, "2026-11-02T10:00:00Z", 10, 0, 0);
        SamplePages.session(page, "2026-11-08T10:00:00Z", 30, 4, 4);
        SamplePages.session(page, "2026-11-28T08:00:00Z", 0, 5, 5);
        SamplePages.session(page, "2027-01-01T08:00:00Z", 5, 5, 5);
        page.end();
        Document read = Jsoup.parse(page.html());

        assertThat(read.select("#activity p").first().text())
                .isEqualTo("In the last year you were active on 2 days: 3 sessions and 1 h 0 min.");
        assertThat(read.select("#chart-days rect title").eachText())
                .containsExactly("Mon 2 Nov 2026: 2 sessions, 30 minutes", "Sun 8 Nov 2026: 1 session, 30 minutes");
        assertThat(read.select("#chart-days rect")).hasSize(52 * 7 + 6);
        assertThat(read.selectFirst("#activity")
                        .select("details:last-of-type tr:contains(2 Nov 2026) td")
                        .eachText())
                .containsExactly("3", "60", "8", "7", "88%");
    }

    @Test
    void countsWordsByPhaseAndByNextReview() throws Exception {
        PageUnderTest page = SamplePages.page(Language.ENGLISH, "Ana", SamplePages.MADRID);
        List<Column> columns = new ArrayList<>(List.of(SamplePages.WORDS));
        columns.add(new Column("vocabulary_item_id", Column.Type.UUID));
        page.begin(LearningDatasets.VOCABULARY, columns.toArray(Column[]::new));
        page.row("el mar", "sea", "mastered", Instant.parse("2026-11-27T12:00:00Z"), new UUID(1, 1));
        page.row("la sal", "salt", "mastered", Instant.parse("2026-11-27T23:30:00Z"), new UUID(1, 2));
        page.row("el sol", "sun", "new", Instant.parse("2027-03-01T12:00:00Z"), new UUID(1, 3));
        page.row("la luz", "light", null, null, new UUID(1, 4));
        // A list of the learner's own that is empty.
        page.row(null, null, null, null, null);
        page.end();
        Document read = Jsoup.parse(page.html());

        assertThat(read.select("#chart-phases text.value").eachText())
                .containsExactly("1 (25%)", "0 (0%)", "0 (0%)", "2 (50%)", "1 (25%)");
        assertThat(read.select("#chart-reviews desc").text()).contains("overdue: 1, due today: 1, later: 1.");
        assertThat(read.select("#data-vocabulary tbody tr").eachText())
                .containsExactly(
                        "la luz light",
                        "el sol sun new 1 Mar 2027, 13:00",
                        "la sal salt mastered 28 Nov 2026, 00:30",
                        "el mar sea mastered 27 Nov 2026, 13:00");
    }

    @Test
    void endsAStreakAtTheReadersMidnight() throws Exception {
        assertThat(streak("2026-11-26T22:59:59Z")).containsExactly("0 days", "9 days", "4");
        assertThat(streak("2026-11-26T23:00:00Z")).containsExactly("7 days", "9 days", "4");
    }

    @Test
    void showsTheStreakAsItWasCountedWhereThePageIsInAnotherZone() throws Exception {
        PageUnderTest page = SamplePages.page(Language.ENGLISH, "Ana", SamplePages.MADRID);
        SamplePages.totals(page, Instant.parse("2026-11-26T22:59:59Z"));
        page.begin(LearningDatasets.SESSIONS, SamplePages.SESSIONS);
        page.end();
        Element streak = Jsoup.parse(
                        page.html(filters("from", "2026-11-01", "zone", "Europe/Madrid"), List.of(), List.of()))
                .selectFirst(".cards .streak");

        assertThat(streak.children().eachText())
                .containsExactly("Streak", "7 days", "as last counted; your last activity was on 26 Nov 2026");
    }

    @Test
    void comparesNoTotalWithAPart() throws Exception {
        ExportFilters days = filters("from", "2025-01-01", "to", "2025-06-30", "zone", "Europe/Madrid");
        PageUnderTest page = SamplePages.page(Language.ENGLISH, "Ana", SamplePages.MADRID);
        SamplePages.totals(page, Instant.parse("2026-11-26T22:59:59Z"));
        page.begin(LearningDatasets.SESSIONS, SamplePages.SESSIONS);
        SamplePages.session(page, "2025-06-01T10:00:00Z", 20, 4, 3);
        SamplePages.session(page, "2025-06-30T10:00:00Z", 10, 0, 0);
        SamplePages.session(page, "2025-06-30T11:00:00Z", 0, 0, 0);
        page.end();
        page.begin(LearningDatasets.VOCABULARY, SamplePages.WORDS);
        page.row("el mar", "sea", "mastered", null);
        page.end();
        Document read = Jsoup.parse(page.html(days, List.of(), List.of()));

        assertThat(read.select("#activity p").first().text())
                .isEqualTo("Of the chosen days, in the year up to 30 Jun 2025 you were active on 2 days: 2 sessions and"
                        + " 30 min.");
        assertThat(read.select("#chart-days rect title").eachText())
                .containsExactly("Sun 1 Jun 2025: 1 session, 20 minutes", "Mon 30 Jun 2025: 1 session, 10 minutes");
        assertThat(read.select(".cards .beside").eachText()).contains("completed", "and counting");
        assertThat(read.select("#words p").first().text())
                .isEqualTo("Words in this archive: 1. Mastered among them: 1.");
        assertThat(read.select("#inside p").first().text()).doesNotContain("all of it");
    }

    @Test
    void doesNotSayThatThereIsNothingWhereNothingWasChosen() throws Exception {
        PageUnderTest page = SamplePages.page(Language.ENGLISH, "Ana", SamplePages.MADRID);
        page.begin(LearningDatasets.SESSIONS, SamplePages.SESSIONS);
        page.end();
        page.begin(LearningDatasets.VOCABULARY, SamplePages.WORDS);
        page.end();
        Document read = Jsoup.parse(
                page.html(filters("from", "2026-11-01", "phase", Phase.MASTERED.code()), List.of(), List.of()));

        assertThat(read.select("#activity p").text()).isEqualTo("No session of the chosen days has ended.");
        assertThat(read.select("#words p").text()).isEqualTo("None of your words is among those chosen.");
    }

    @Test
    void saysWhatAnArchiveForPortabilityLeavesOut() throws Exception {
        PageUnderTest page = SamplePages.page(Language.ENGLISH, "Ana", SamplePages.MADRID);
        page.begin(LearningDatasets.QA, new Column("question", Column.Type.TEXT));
        page.end();
        Document read = Jsoup.parse(page.html(
                filters("profile", "portability"),
                List.of(LearningDatasets.PROGRESS, LearningDatasets.ANALYTICS),
                List.of()));

        assertThat(read.select("header .note").text()).contains("derived from it are left out");
        assertThat(read.select("#inside p").first().text()).doesNotContain("all of it");
        assertThat(read.select("#missing li").eachText())
                .contains(
                        "Progress: the application derived all of it, and this archive was requested for portability.",
                        "Statistics: the application derived all of it, and this archive was requested for"
                                + " portability.")
                .anyMatch(text -> text.startsWith("Values that the application derived"));
        assertThat(page("english").select("#missing").text()).doesNotContain("portability");
    }

    private static ExportFilters filters(String... texts) {
        Map<String, String> filters = new TreeMap<>();
        for (int at = 0; at < texts.length; at += 2) {
            filters.put(texts[at], texts[at + 1]);
        }
        return ExportFilters.of(filters);
    }

    @Test
    void countsNoTimeOfASessionWithoutAStart() throws Exception {
        PageUnderTest page = SamplePages.page(Language.ENGLISH, "Ana", SamplePages.MADRID);
        List<Column> columns = new ArrayList<>(List.of(SamplePages.SESSIONS));
        columns.add(new Column("duration_minutes", Column.Type.INTEGER));
        page.begin(LearningDatasets.SESSIONS, columns.toArray(Column[]::new));
        page.row(new UUID(1, 1), "qa", null, Instant.parse("2026-11-02T10:00:00Z"), 0, 0, 45);
        page.row(
                new UUID(1, 2),
                "qa",
                RecordSink.NonFinite.NEGATIVE_INFINITY,
                Instant.parse("2026-11-02T10:00:00Z"),
                0,
                0,
                45);
        page.end();

        assertThat(Jsoup.parse(page.html()).select("#activity p").first().text())
                .isEqualTo("In the last year you were active on 1 day: 2 sessions and 0 min.");
    }

    @Test
    void speaksOfOneThingInTheSingular() throws Exception {
        PageUnderTest page = SamplePages.page(Language.SPANISH, "Ana", SamplePages.MADRID);
        page.begin(LearningDatasets.PROGRESS, SamplePages.PROGRESS);
        page.row(1, 1, 1, PageUnderTest.NOW);
        page.end();
        page.begin(LearningDatasets.VOCABULARY, SamplePages.WORDS);
        page.row("el mar", "sea", "mastered", null);
        page.end();
        Document read = Jsoup.parse(page.html(List.of(
                new HiddenRecords(LearningDatasets.VOCABULARY, "public.words", 1, 1, "x"),
                new HiddenRecords(LearningDatasets.VOCABULARY, "public.words", 1, 2, "x"))));

        assertThat(read.select(".cards .beside").eachText())
                .containsExactly("hasta hoy o ayer", "hasta ahora", "terminadas");
        assertThat(read.select("#words p").first().text()).isEqualTo("Has reunido 1 palabra, y ya la dominas.");
        assertThat(read.select("#missing li").eachText())
                .contains(
                        "Palabras: falta el único registro, porque las reglas de la aplicación te lo ocultan. Motivo del"
                                + " responsable: x",
                        "Palabras: falta 1 de 2 registros, porque las reglas de la aplicación te lo ocultan. Motivo del"
                                + " responsable: x");
    }

    @Test
    void saysWhetherItRunsAScript() {
        assertThat(page("english").select("footer").text()).contains("its only script");
        assertThat(page("empty").select("footer").text()).endsWith("runs no script.");
    }

    private static List<String> streak(String lastActivity) throws Exception {
        PageUnderTest page = SamplePages.page(Language.ENGLISH, "Ana", SamplePages.MADRID);
        page.begin(LearningDatasets.PROGRESS, SamplePages.PROGRESS);
        page.row(4, 7, 9, Instant.parse(lastActivity));
        page.end();
        return Jsoup.parse(page.html()).select(".cards .figure").eachText();
    }

    @Test
    void saysWhyThereAreMoreRowsThanTheTotalsCount() {
        assertThat(page("english").select(".cards .beside").eachText()).contains("completed; 1 more has not ended");
    }

    @Test
    void showsTheTablesOfAnyApplication() {
        Document page = page("shop");

        assertThat(page.select("svg, .cards")).isEmpty();
        assertThat(page.select("h1").text()).isEqualTo("Sam");
        assertThat(page.select(".eyebrow").text()).isEqualTo("Tus datos");
        assertThat(page.select("#data-orders thead th").eachText())
                .containsExactly("Placed at", "Total", "Gift wrapped", "Note", "Lines");
        assertThat(page.select("#data-orders tbody tr").first().children().eachText())
                .containsExactly("13 nov 2026, 00:30", "1.234,50", "no", "for a friend", "lamp, cup");
        assertThat(page.select("#data-sessions dd").eachText()).containsExactly("a1", "1 nov 2026, 09:00");
        assertThat(page.select("#missing li").first().text())
                .isEqualTo(
                        "Orders: faltan 2 de 14 registros, porque las reglas de la aplicación te los ocultan. Motivo del"
                                + " responsable: they are being checked");
    }

    @Test
    void saysThatThereIsNothing() {
        Document page = page("empty");

        assertThat(page.select("h1").text()).isEqualTo("Your learning so far");
        assertThat(page.select("#activity p").text()).isEqualTo("No session has ended yet.");
        assertThat(page.select("#words p").text()).isEqualTo("There are no words yet.");
        assertThat(page.select("svg, section.records, .glance")).isEmpty();
    }

    @Test
    void speaksTheReadersLanguage() {
        Document page = page("spanish");

        assertThat(page.select("html").attr("lang")).isEqualTo("es");
        assertThat(page.select(".lead").text())
                .isEqualTo(
                        "Datos a fecha de 28 de noviembre de 2026, 10:15 (Europe/Madrid). Todas las horas de esta página están en esta zona"
                                + " horaria.");
        assertThat(page.select(".eyebrow").text()).isEqualTo("Tu aprendizaje en Palabra");
        assertThat(page.selectFirst("#uses").select("tr:contains(Sesiones) td").eachText())
                .containsExactly(
                        "observado",
                        "Para mostrar tu progreso y elegir las próximas palabras.",
                        "Nadie fuera de Palabra.",
                        "Hasta que borres tu cuenta.");
        assertThat(page.selectFirst("#uses")
                        .select("tr:contains(Perfil) td")
                        .get(1)
                        .text())
                .startsWith("[El responsable no ha indicado");
    }

    @Test
    void hasEachTextInBothLanguages() {
        Map<String, Set<String>> english = placeholders(Locale.ENGLISH);
        Map<String, Set<String>> spanish = placeholders(Locale.forLanguageTag("es"));

        assertThat(spanish).isEqualTo(english);
    }

    private static Map<String, Set<String>> placeholders(Locale locale) {
        ResourceBundle texts = ResourceBundle.getBundle(
                "dev.satchel.batchexport.format.archive.page.page",
                locale,
                ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES));
        Map<String, Set<String>> found = new TreeMap<>();
        for (String key : texts.keySet()) {
            assertThat(texts.getString(key)).as(key).isNotBlank();
            // In a pattern of MessageFormat a straight one would quote what follows.
            if (!key.startsWith("pattern.")) {
                assertThat(texts.getString(key)).as(key).doesNotContain("'");
            }
            found.put(
                    key,
                    Set.copyOf(Pattern.compile("\\{\\d}")
                            .matcher(texts.getString(key))
                            .results()
                            .map(MatchResult::group)
                            .distinct()
                            .toList()));
        }
        return found;
    }

    @Test
    void takesNoTextForMarkup() throws Exception {
        List<String> hostile = HostileTexts.some();

        assertThat(tags(SamplePages.with(hostile))).isEqualTo(tags(SamplePages.with(HostileTexts.harmless(hostile))));
    }

    @Test
    @Tag("matrix")
    void takesNoneOfFiveHundredTextsForMarkup() throws Exception {
        List<String> hostile = HostileTexts.all();
        assertThat(hostile.size()).isGreaterThan(500);
        for (int from = 0; from < hostile.size(); from += 100) {
            List<String> some = hostile.subList(from, Math.min(from + 100, hostile.size()));

            assertThat(tags(SamplePages.with(some))).isEqualTo(tags(SamplePages.with(HostileTexts.harmless(some))));
        }
    }

    private static List<String> tags(String page) {
        return Jsoup.parse(page).getAllElements().stream().map(Element::tagName).toList();
    }

    @Test
    void keepsTheCharactersThatJoinEmojiAndScripts() throws Exception {
        String family = "\uD83D\uDC69\u200D\uD83D\uDC67 \u2764\uFE0F \u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645";

        Element cell = Jsoup.parse(SamplePages.with(List.of("x", family)))
                .select("#data-vocabulary tbody th")
                .first();

        assertThat(cell.wholeText()).isEqualTo(family);
        assertThat(cell.attr("dir")).isEqualTo("auto");
    }

    @Test
    void replacesWhatNoDocumentCanHold() throws Exception {
        assertThat(Jsoup.parse(SamplePages.with(List.of("x", "a\u0001b\u001Bc\uFFFEd\r\ne")))
                        .select("#data-vocabulary tbody th")
                        .first()
                        .wholeText())
                .isEqualTo("a\uFFFDb\uFFFDc\uFFFDd\ne");
    }

    @Test
    void saysHowManyOfHowManyRowsItShows() throws Exception {
        PageUnderTest page = SamplePages.page(Language.ENGLISH, "Ana", SamplePages.MADRID);
        for (Dataset dataset : List.of(LearningDatasets.INTERACTIONS, LearningDatasets.API_KEYS)) {
            page.begin(dataset, new Column("number", Column.Type.INTEGER));
            for (int row = 1; row <= Rows.MOST + 7; row++) {
                page.row(row);
            }
            page.end();
        }
        Document read = Jsoup.parse(page.html());

        // With dates the latest, without them the first.
        assertThat(read.select("#data-interactions caption").text()).isEqualTo("Interactions: latest 2,000 of 2,007");
        assertThat(read.select("#data-interactions tbody th").first().text()).isEqualTo("2,007");
        assertThat(read.select("#data-interactions p a").attr("href")).isEqualTo("data/csv/interactions.csv");
        assertThat(read.select("#data-api_keys caption").text()).isEqualTo("Keys: first 2,000 of 2,007");
        assertThat(read.select("#data-api_keys tbody th").last().text()).isEqualTo("2,000");
    }

    @Test
    void staysBelowTwoMegabytes() throws Exception {
        assertThat(large(10_000, Map.of()).getBytes(StandardCharsets.UTF_8)).hasSizeBetween(MOST_BYTES / 2, MOST_BYTES);
    }

    @Test
    void staysBelowTwoMegabytesWithLongTextsOfTheOperator() throws Exception {
        String page = large(10_000, Map.of(Topic.PURPOSE, Map.of(Language.ENGLISH, "why ".repeat(15_000))));

        assertThat(page.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(MOST_BYTES);
        assertThat(Jsoup.parse(page).select("#data-interactions tbody tr")).isNotEmpty();
    }

    @Test
    @Tag("matrix")
    void staysBelowTwoMegabytesWithAMillionInteractions() throws Exception {
        assertThat(large(1_000_000, Map.of()).getBytes(StandardCharsets.UTF_8))
                .hasSizeBetween(MOST_BYTES / 2, MOST_BYTES);
    }

    /** Texts that grow when they are escaped, in each of many datasets. */
    private static String large(int records, Map<Topic, Map<Language, String>> texts) throws Exception {
        ArchiveSettings settings = new ArchiveSettings(
                new OperatorTexts(Map.of(), Map.of(), texts, Map.of()), Duration.ofDays(7), Map.of(), "Satchel 1");
        PageUnderTest page =
                new PageUnderTest(new Addressee(Language.ENGLISH, Optional.of("Ana"), SamplePages.MADRID), settings);
        List<String> values = List.of("&&&&<<<<>>>>", "\u0001\u0001\uFFFE", "ordinary", "\uD83D\uDE00".repeat(300));
        for (Dataset dataset : LearningDatasets.ALL) {
            page.begin(
                    dataset,
                    new Column("id", Column.Type.UUID),
                    new Column("at", Column.Type.INSTANT),
                    new Column("one", Column.Type.TEXT),
                    new Column("another", Column.Type.TEXT),
                    new Column("number", Column.Type.INTEGER));
            int rows = dataset.equals(LearningDatasets.INTERACTIONS) ? records : 2500;
            for (int row = 0; row < rows; row++) {
                page.row(
                        new UUID(1, row),
                        PageUnderTest.NOW.minus(Duration.ofMinutes(row)),
                        values.get(row % values.size()),
                        row % 7 == 0 ? null : values.get(row / 3 % values.size()),
                        row);
            }
            page.end();
        }
        // Each record is large, and the datasets before left little.
        Column[] wide = new Column[View.MOST_ALONE];
        Object[] record = new Object[wide.length];
        for (int column = 0; column < wide.length; column++) {
            wide[column] = new Column("column_" + column, Column.Type.TEXT);
            record[column] = "&".repeat(Rows.MOST_CHARACTERS);
        }
        for (String name : List.of("wide", "wider", "widest", "and", "so", "on")) {
            page.begin(new Dataset(name, name, Set.of()), wide);
            page.row(record);
            page.end();
        }
        return page.html();
    }

    @Test
    void isTheSameOnEveryMachine() throws Exception {
        Locale locale = Locale.getDefault();
        TimeZone zone = TimeZone.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("es"));
            TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Apia"));

            assertThat(SampleLearner.page(Language.ENGLISH, 10)).isEqualTo(pages.get("english"));
        } finally {
            Locale.setDefault(locale);
            TimeZone.setDefault(zone);
        }
    }
}
