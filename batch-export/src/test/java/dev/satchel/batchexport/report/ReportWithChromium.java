package dev.satchel.batchexport.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.page.Chromium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The page in a browser: the Maven profile {@code browser} includes this test. */
class ReportWithChromium {

    private static final int WIDE = 1200;
    private static final int TELEPHONE = 360;
    private static final String UNFOLD = "document.querySelectorAll('details').forEach(each => each.open = true)";
    private static final String HOSTILE = "\"><script>alert(1)</script><img src=http://127.0.0.1:1/ onerror=alert(2)>";

    @TempDir
    private static Path folder;

    private static Chromium browser;
    private static Path busy;
    private static Path empty;
    private static Path hostile;

    @BeforeAll
    static void start() throws Exception {
        busy = write("busy", ReportPage.of(SampleReports.busy(), "1.2.3"));
        empty = write("empty", ReportPage.of(SampleReports.empty(), "1.2.3"));
        hostile = write("hostile", ReportPage.of(SampleReports.named("app", HOSTILE), HOSTILE));
        browser = Chromium.start(Files.createDirectory(folder.resolve("profile")));
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
    }

    private static Path write(String name, String page) throws IOException {
        return Files.writeString(folder.resolve(name + ".html"), page);
    }

    @ParameterizedTest
    @CsvSource({"busy, light, 1200", "busy, dark, 360", "empty, light, 1200", "empty, dark, 1200"})
    void keepsNobodyFromReadingIt(String page, String colours, int width) throws Exception {
        browser.show(folder.resolve(page + ".html"), colours, width);
        browser.evaluate(UNFOLD);

        assertThat(browser.violations()).isEqualTo("[]");
    }

    @Test
    void wouldNameWhatKeepsPeopleFromReadingIt() throws Exception {
        Path faint = write(
                "faint",
                ReportPage.of(SampleReports.empty(), "1.2.3").replaceAll("--soft: #[0-9a-f]+;", "--soft: #999999;"));

        browser.show(faint, "light", WIDE);

        assertThat(browser.violations()).contains("color-contrast");
    }

    @Test
    void asksNoServerAndRunsNothing() throws Exception {
        for (Path page : List.of(busy, empty, hostile)) {
            browser.show(page, "light", WIDE);

            assertThat(browser.requests()).isEmpty();
            assertThat(browser.complaints()).isEmpty();
            assertThat(browser.evaluate("document.scripts.length").asInt()).isZero();
        }
    }

    @Test
    void wouldSeeARequestAndAComplaint() throws Exception {
        String picture = "<img alt='' src='data:,x'><img alt='' src='" + busy.getFileName() + "'>";
        Path asking = write("asking", "<!DOCTYPE html><title>x</title>" + picture);
        Path refused = write(
                "refused",
                ReportPage.of(SampleReports.busy(), "1.2.3").replace("</main>", picture + "<script>1</script></main>"));

        browser.show(asking, "light", WIDE);
        assertThat(browser.requests()).anyMatch(address -> address.endsWith("busy.html"));

        browser.show(refused, "light", WIDE);
        assertThat(browser.complaints()).anyMatch(complaint -> complaint.contains("Content Security Policy"));
    }

    @ParameterizedTest
    @ValueSource(ints = {TELEPHONE, 768, WIDE})
    void fitsOnTheScreen(int width) throws Exception {
        for (Path page : List.of(busy, empty)) {
            browser.show(page, "light", width);
            browser.evaluate(UNFOLD);

            assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
                    .isLessThanOrEqualTo(width);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {TELEPHONE, WIDE})
    void drawsBarsAsHighAsTheirNumbers(int width) throws Exception {
        Tally day = SampleReports.busy().exports().days().get(17);
        browser.show(busy, "light", width);

        // The 18th day, with 96 failures, has the highest bar.
        assertThat(browser.evaluate("""
                        Math.round(100 * document.querySelectorAll('#chart-exports .bar.bad')[%d].getBBox().height
                            / document.querySelectorAll('#chart-exports .bar.good')[17].getBBox().height)
                        """.formatted(failuresBefore(17))).asLong())
                .isBetween(100 * day.failed() / day.delivered() - 1, 100 * day.failed() / day.delivered() + 1);
        assertThat(browser.evaluate("""
                        [...document.querySelectorAll('svg')].every(chart => [...chart.querySelectorAll('.bar')].every(bar => {
                            const inside = bar.getBoundingClientRect(), outside = chart.getBoundingClientRect();
                            return inside.left >= outside.left - 1 && inside.right <= outside.right + 1
                                && inside.top >= outside.top - 1 && inside.bottom <= outside.bottom + 1;
                        }))
                        """).asBoolean()).isTrue();
    }

    private static long failuresBefore(int day) {
        return SampleReports.busy().exports().days().stream()
                .limit(day)
                .filter(each -> each.failed() > 0)
                .count();
    }

    @Test
    void followsTheReadersColours() throws Exception {
        String background = "getComputedStyle(document.body).backgroundColor";
        browser.show(busy, "light", WIDE);
        String light = browser.evaluate(background).asString();
        browser.show(busy, "dark", WIDE);
        String dark = browser.evaluate(background).asString();

        assertThat(light).isEqualTo("rgb(245, 246, 248)");
        assertThat(dark).isEqualTo("rgb(15, 20, 27)");
    }

    @Test
    void printsTheTablesBelowTheCharts() throws Exception {
        browser.show(busy, "light", WIDE);
        String heights = "[...document.querySelectorAll('details')].map(each => each.getBoundingClientRect().height)";
        int folded = browser.evaluate("Math.max(..." + heights + ")").asInt();
        browser.send("Emulation.setEmulatedMedia", Map.of("media", "print"));
        int printed = browser.evaluate("Math.min(..." + heights + ")").asInt();
        browser.send("Emulation.setEmulatedMedia", Map.of("media", ""));

        assertThat(folded).isLessThan(60);
        assertThat(printed).isGreaterThan(100);
    }
}
