package dev.satchel.batchexport.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Attribute;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReportPageTest {

    private static final String HOSTILE =
            "\"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;--></style></svg>";

    static Stream<Report> reports() {
        return Stream.of(SampleReports.empty(), SampleReports.busy(), SampleReports.named("app", HOSTILE));
    }

    private static Document page(Report report) {
        return Jsoup.parse(ReportPage.of(report, "1.2.3"));
    }

    @ParameterizedTest
    @MethodSource("reports")
    void isWellFormed(Report report) throws Exception {
        String page = ReportPage.of(report, "1.2.3");

        assertThat(page).startsWith("<!DOCTYPE html>\n<html lang=\"en\">");
        DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(page.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @MethodSource("reports")
    void asksNoServerAndRunsNoScript(Report report) {
        Document page = page(report);

        assertThat(page.select("script, link, iframe, object, embed, form, base, img, image, use, audio, video"))
                .isEmpty();
        for (Element element : page.getAllElements()) {
            for (Attribute attribute : element.attributes()) {
                assertThat(attribute.getKey())
                        .doesNotStartWith("on")
                        .isNotEqualTo("src")
                        .isNotEqualTo("style");
                if (attribute.getKey().equals("href")) {
                    assertThat(attribute.getValue()).startsWith("#");
                    assertThat(page.getElementById(attribute.getValue().substring(1)))
                            .isNotNull();
                }
            }
        }
        assertThat(page.select("style").html()).doesNotContain("url(").doesNotContain("@import");
        assertThat(page.select("meta[http-equiv=Content-Security-Policy]").attr("content"))
                .isEqualTo("default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
                        + " base-uri 'none'; form-action 'none'");
    }

    @ParameterizedTest
    @MethodSource("reports")
    void canBeReadWithoutSeeingIt(Report report) {
        Document page = page(report);

        assertThat(page.select("html").attr("lang")).isEqualTo("en");
        assertThat(page.title()).isNotBlank();
        for (String landmark : List.of("header", "nav", "main", "footer", "h1")) {
            assertThat(page.select(landmark)).as(landmark).hasSize(1);
        }
        assertThat(page.select("main > section")).hasSameSizeAs(Section.values());
        int before = 1;
        for (Element heading : page.select("h2, h3, h4, h5, h6")) {
            int level = heading.tagName().charAt(1) - '0';
            assertThat(level).as(heading.text()).isLessThanOrEqualTo(before + 1);
            before = level;
        }
        assertThat(page.select("[id]").eachAttr("id")).doesNotHaveDuplicates();
        for (Element named : page.select("[aria-labelledby]")) {
            for (String id : named.attr("aria-labelledby").split(" ")) {
                assertThat(page.getElementById(id)).as(id).isNotNull();
            }
        }
        for (Element chart : page.select("svg")) {
            assertThat(chart.attr("role")).isEqualTo("img");
            assertThat(chart.selectFirst("> title").text()).isNotBlank();
            assertThat(chart.selectFirst("> desc").text()).isNotBlank();
            // The same numbers stand in a table that follows.
            assertThat(chart.closest("section")
                            .select("figure:has(#" + chart.id() + ") ~ details table," + " figure:has(#" + chart.id()
                                    + ") ~ .scroll table"))
                    .as(chart.id())
                    .isNotEmpty();
        }
        for (Element table : page.select("table")) {
            assertThat(table.selectFirst("> caption").text()).isNotBlank();
            assertThat(table.select("thead th"))
                    .isNotEmpty()
                    .allMatch(cell -> cell.attr("scope").equals("col"));
            for (Element row : table.select("tbody tr")) {
                assertThat(row.children()).hasSameSizeAs(table.select("thead th"));
                assertThat(row.child(0).tagName()).isEqualTo("th");
                assertThat(row.child(0).attr("scope")).isEqualTo("row");
            }
        }
    }

    @Test
    void takesNoNameForMarkup() {
        Document hostile = page(SampleReports.named("app", HOSTILE));
        Document harmless = page(SampleReports.named("app", "x"));

        assertThat(hostile.getAllElements().stream().map(Element::tagName))
                .containsExactlyElementsOf(
                        harmless.getAllElements().stream().map(Element::tagName).toList());
        assertThat(hostile.title()).contains(HOSTILE);
        assertThat(hostile.select("#tables th").eachText()).anyMatch(text -> text.contains(HOSTILE));
        assertThat(hostile.select("#keys th").eachText()).anyMatch(text -> text.contains(HOSTILE));
        assertThat(hostile.select("#cleanup th").eachText()).anyMatch(text -> text.contains(HOSTILE));
    }

    @Test
    void showsWhatCannotBeSeenInAName() {
        assertThat(ReportPage.of(SampleReports.named("a\u202Eb\u0007c\nd", ""), "1.2.3"))
                .contains("a\\u202Eb\\u0007c\\nd")
                .doesNotContain("\u202E")
                .doesNotContain("\u0007");
    }

    @Test
    void saysThatThereIsNothing() {
        Document page = page(SampleReports.empty());

        assertThat(page.select("#summary p").text()).isEqualTo("No export was asked for in these 30 days.");
        assertThat(page.select("#failures p").text()).isEqualTo("No export was asked for in these 30 days.");
        assertThat(page.select("#queue p").first().text()).isEqualTo("No export waits.");
        assertThat(page.select("#keys p").text()).isEqualTo("No user has set a key.");
        assertThat(page.select("#cleanup p").text()).contains("No job is on record for these 30 days.");
    }

    @Test
    void isTheSameForTheSameFigures() {
        assertThat(ReportPage.of(SampleReports.busy(), "1.2.3"))
                .isEqualTo(ReportPage.of(SampleReports.busy(), "1.2.3"));
    }

    @Test
    void saysWhatToDoAboutEachFailure() {
        Element row = page(SampleReports.busy()).select("#failures tbody tr").first();

        assertThat(row.children().eachText())
                .containsExactly(
                        "store_unavailable",
                        "96",
                        "61.9 %",
                        "None, unless it lasts.",
                        "time: it may pass",
                        "17 Nov 2026, 23:40");
    }
}
