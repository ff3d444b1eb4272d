package dev.satchel.batchexport.format.archive.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.format.archive.Language;
import dev.satchel.batchexport.page.Chromium;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page in a browser, opened from the disk: the Maven profile {@code browser} includes this test. */
class ArchivePageWithChromium {

    private static final int WIDE = 1200;
    private static final int TELEPHONE = 360;

    @TempDir
    private static Path folder;

    private static Chromium browser;

    @BeforeAll
    static void start() throws Exception {
        for (Map.Entry<String, String> page : SamplePages.all().entrySet()) {
            write(page.getKey(), page.getValue());
        }
        write("learner", SampleLearner.page(Language.ENGLISH, 2));
        write("aprendiz", SampleLearner.page(Language.SPANISH, 2));
        browser = Chromium.start(Files.createDirectory(folder.resolve("profile")));
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
    }

    private static Path write(String name, String page) throws Exception {
        return Files.writeString(file(name), page);
    }

    private static Path file(String name) {
        return folder.resolve(name + ".html");
    }

    @ParameterizedTest
    @CsvSource({"learner, light, 1200", "aprendiz, dark, 360", "shop, light, 360", "hostile, dark, 1200"})
    void keepsNobodyFromReadingIt(String page, String colours, int width) throws Exception {
        browser.show(file(page), colours, width);
        browser.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)");

        assertThat(browser.violations()).isEqualTo("[]");
    }

    @Test
    void asksNoServerAndComplainsOfNothing() throws Exception {
        for (String page : List.of("learner", "shop", "empty", "hostile")) {
            harmless(file(page));
        }
    }

    @Test
    @Tag("matrix")
    void runsNoneOfFiveHundredTexts() throws Exception {
        List<String> texts = HostileTexts.all();
        for (int from = 0; from < texts.size(); from += 100) {
            harmless(write("more", SamplePages.with(texts.subList(from, Math.min(from + 100, texts.size())))));
        }
    }

    private static void harmless(Path page) throws Exception {
        browser.show(page, "light", WIDE);
        browser.evaluate("document.querySelectorAll('*').forEach(each => each.dispatchEvent(new Event('mouseover')))");

        assertThat(browser.requests()).isEmpty();
        assertThat(browser.complaints()).isEmpty();
        assertThat(browser.evaluate("document.scripts.length").asInt()).isLessThanOrEqualTo(1);
        assertThat(browser.evaluate("getComputedStyle(document.querySelector('footer')).display")
                        .asString())
                .isEqualTo("block");
    }

    @Test
    void fitsOnTheScreenWithAnyText() throws Exception {
        for (String page : List.of("learner", "aprendiz", "shop", "empty", "hostile")) {
            for (int width : List.of(TELEPHONE, WIDE)) {
                browser.show(file(page), "light", width);

                assertThat(browser.evaluate("document.documentElement.scrollWidth")
                                .asInt())
                        .as(page)
                        .isLessThanOrEqualTo(width);
            }
        }
    }

    @Test
    void canBeReadWithoutScripts() throws Exception {
        browser.send("Emulation.setScriptExecutionDisabled", Map.of("value", true));
        try {
            browser.show(file("learner"), "light", WIDE);

            assertThat(browser.evaluate("document.getElementById('search').hidden")
                            .asBoolean())
                    .isTrue();
            assertThat(browser.evaluate("""
                            [...document.querySelectorAll('main section, .records tbody tr')]
                                .every(each => each.getBoundingClientRect().height > 0)
                            """).asBoolean()).isTrue();
        } finally {
            browser.send("Emulation.setScriptExecutionDisabled", Map.of("value", false));
        }
    }

    @Test
    void findsRowsWithoutRegardToAccents() throws Exception {
        browser.show(file("learner"), "light", WIDE);
        find("NINO");

        assertThat(browser.evaluate("""
                        [...document.querySelectorAll('section.records')].filter(each => !each.hidden)
                            .map(each => each.id).join()
                        """).asString()).isEqualTo("data-vocabulary,data-descriptions");
        assertThat(browser.evaluate("""
                        [...document.querySelectorAll('#data-vocabulary tbody tr')].filter(each => !each.hidden)
                            .every(each => each.textContent.includes('el niño'))
                        """).asBoolean()).isTrue();
        assertThat(browser.evaluate("document.getElementById('found').textContent")
                        .asString())
                .isEqualTo("3 rows found");

        find("nothing like it");
        assertThat(browser.evaluate("document.getElementById('found').textContent")
                        .asString())
                .startsWith("Nothing found.");

        find("");
        assertThat(browser.evaluate("document.querySelectorAll('.records [hidden]').length")
                        .asInt())
                .isZero();
    }

    @Test
    void leadsToASectionThatASearchHid() throws Exception {
        browser.show(file("learner"), "light", WIDE);
        find("NINO");
        browser.evaluate("document.querySelector('nav a[href=\"#data-sessions\"]').click()");

        assertThat(browser.evaluate("document.getElementById('find').value").asString())
                .isEmpty();
        assertThat(browser.evaluate("document.querySelectorAll('.records [hidden], .records[hidden]').length")
                        .asInt())
                .isZero();
        assertThat(browser.evaluate("""
                        document.querySelector('#data-sessions h2').getBoundingClientRect().top
                            >= document.getElementById('search').getBoundingClientRect().bottom
                        """).asBoolean()).isTrue();
    }

    private static void find(String text) throws Exception {
        browser.evaluate("var box = document.getElementById('find'); box.value = '" + text
                + "'; box.dispatchEvent(new Event('input'))");
    }

    @Test
    void printsOnFewPages() throws Exception {
        write("whole", SampleLearner.page(Language.ENGLISH, 10));
        browser.show(file("whole"), "light", WIDE);
        browser.send("Emulation.setEmulatedMedia", Map.of("media", "print"));
        try {
            assertThat(browser.evaluate("""
                            [...document.querySelectorAll('#data-qa tbody tr')]
                                .filter(each => each.getBoundingClientRect().height > 0).length
                            """).asInt()).isEqualTo(30);
            assertThat(browser.evaluate("getComputedStyle(document.querySelector('#data-qa .printed')).display")
                            .asString())
                    .isEqualTo("block");

            // A reader who prints what a search found wants all of it.
            find("vende");
            assertThat(browser.evaluate("""
                            [...document.querySelectorAll('#data-qa tbody tr')]
                                .filter(each => each.getBoundingClientRect().height > 0).length
                            """).asInt()).isGreaterThan(30);
            assertThat(browser.evaluate("getComputedStyle(document.querySelector('#data-qa .printed')).display")
                            .asString())
                    .isEqualTo("none");
        } finally {
            browser.send("Emulation.setEmulatedMedia", Map.of("media", ""));
        }
    }
}
