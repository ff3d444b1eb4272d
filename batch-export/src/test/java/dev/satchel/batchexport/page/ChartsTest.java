package dev.satchel.batchexport.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.batchexport.page.Ranges.Line;
import dev.satchel.batchexport.page.Ranges.Spread;
import java.util.List;
import java.util.function.Consumer;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChartsTest {

    private static final Description DESCRIPTION = new Description("chart", "A chart", "What it shows.");
    private static final Column COLUMN = new Column("", "a day");
    private static final List<Line> SCALE = List.of(new Line(1, "1"), new Line(10, "10"), new Line(100, "100"));

    private static Document drawn(Consumer<Html> chart) {
        Document page = Jsoup.parse(Page.of("charts", chart));
        for (Element shape : page.select("svg rect, svg circle, svg line")) {
            shape.attributes()
                    .forEach(attribute -> assertThat(attribute.getValue()).doesNotContain("NaN", "Infinity", "E"));
        }
        return page;
    }

    private static double height(Element bar) {
        return Double.parseDouble(bar.attr("height"));
    }

    @ParameterizedTest
    @CsvSource({
        "0, '0 1'",
        "1, '0 1'",
        "4, '0 1 2 3 4'",
        "5, '0 2 4 6'",
        "9, '0 5 10'",
        "33, '0 10 20 30 40'",
        "1999, '0 500 1k 1.5k 2k'",
        "2000000, '0 500k 1M 1.5M 2M'",
        "9000000000000000, '0 5P 10P'"
    })
    void hasLinesAtRoundNumbersUpToTheHighestBar(long most, String labels) {
        Document page = drawn(html -> new StackedBars(DESCRIPTION, new Series("all", Series.Colour.GOOD))
                .column(COLUMN, most)
                .write(html));

        assertThat(page.select("text.tick").eachText()).containsExactly(labels.split(" "));
    }

    @Test
    void stacksTheParts() {
        Document page = drawn(html -> new StackedBars(
                        DESCRIPTION, new Series("good", Series.Colour.GOOD), new Series("bad", Series.Colour.BAD))
                .column(COLUMN, 3, 1)
                .column(COLUMN, 0, 2)
                .column(COLUMN, 0, 0)
                .write(html));

        List<Element> bars = page.select(".bar");
        assertThat(bars).extracting(Element::className).containsExactly("bar good", "bar bad", "bar bad");
        assertThat(bars).extracting(ChartsTest::height).containsExactly(135.0, 45.0, 90.0);
        assertThat(bars.get(0).attr("y")).isEqualTo("57");
        assertThat(bars.get(1).attr("y")).isEqualTo("12");
        assertThat(page.select(".hint title").eachText()).hasSize(3);
    }

    @Test
    void refusesAnotherNumberOfParts() {
        StackedBars chart = new StackedBars(DESCRIPTION, new Series("all", Series.Colour.GOOD));

        assertThatThrownBy(() -> chart.column(COLUMN, 1, 2)).hasMessage("2 parts of 1");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 1, 10, 99, 100, 5e9})
    void drawsValuesThatAreAllAlike(double value) {
        Document page = drawn(html -> new Ranges(DESCRIPTION, SCALE)
                .column(COLUMN, new Spread(value, value, value))
                .column(COLUMN, null)
                .write(html));

        assertThat(page.select("rect.bar")).hasSize(1).allMatch(bar -> height(bar) == 3);
        assertThat(Double.parseDouble(page.select("circle").attr("cy"))).isBetween(12.0, 192.0);
    }

    @Test
    void drawsNoRangeWithoutAValue() {
        Document page = drawn(
                html -> new Ranges(DESCRIPTION, SCALE).column(COLUMN, null).write(html));

        assertThat(page.select(".bar")).isEmpty();
        assertThat(page.select("text.tick").eachText()).containsExactly("1", "10");
    }

    @Test
    void showsSmallBarsBesideLargeOnes() {
        Document page = drawn(html -> new Bars(DESCRIPTION, Series.Colour.GOOD)
                .bar("large", Long.MAX_VALUE, "much")
                .bar("small", 1, "little")
                .bar("none", 0, "nothing")
                .write(html));

        assertThat(page.select("rect.bar").eachAttr("width")).containsExactly("100%", "0.50%");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, –",
        "0, 7, 0\u00a0%",
        "7, 7, 100\u00a0%",
        "1, 1000000, 0.1\u00a0%",
        "999999, 1000000, 99.9\u00a0%"
    })
    void callsAPartNeitherNothingNorAll(long part, long whole, String words) {
        assertThat(Numbers.percent(part, whole)).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 s",
        "0.84, 0.8 s",
        "9.96, 10 s",
        "119, 119 s",
        "120, 2 min",
        "7200, 2 h",
        "90000, 25 h",
        "172800, 2 days"
    })
    void saysTimesAsAPersonWould(double seconds, String words) {
        assertThat(Numbers.time(seconds)).isEqualTo(words);
    }

    @Test
    void takesNoStylesThatXmlWouldReadDifferently() {
        assertThatThrownBy(() -> Page.of("x", html -> html.verbatim("style", "a > b { }")))
                .hasMessage("HTML and XML would read this style differently");
    }
}
