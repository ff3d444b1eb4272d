package dev.satchel.batchexport.format.archive.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.format.archive.Language;
import dev.satchel.record.Column;
import dev.satchel.record.Column.Origin;
import dev.satchel.record.Column.Type;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningDatasets;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PageOfAnyApplicationTest {

    private static PageUnderTest page() {
        return SamplePages.page(Language.ENGLISH, "Sam", SamplePages.MADRID);
    }

    private static Dataset dataset(String name) {
        return new Dataset(name, "yours", Set.of());
    }

    private static Document read(PageUnderTest page) throws IOException {
        return Jsoup.parse(page.html());
    }

    @Test
    void showsIdsWhereARecordHasNothingElse() throws IOException {
        PageUnderTest page = page();
        page.begin(dataset("likes"), new Column("picture_id", Type.UUID), new Column("note", Type.TEXT));
        page.row(new UUID(1, 1), null);
        page.row(new UUID(1, 2), null);
        page.end();
        page.begin(dataset("likes_with_notes"), new Column("picture_id", Type.UUID), new Column("note", Type.TEXT));
        page.row(new UUID(1, 1), null);
        page.row(new UUID(1, 2), "so blue");
        page.end();
        page.begin(dataset("only_like"), new Column("picture_id", Type.UUID));
        page.row(new UUID(1, 3));
        page.end();
        Document read = read(page);

        assertThat(read.select("#data-likes th").eachText())
                .containsExactly("Picture id", new UUID(1, 1).toString(), new UUID(1, 2).toString());
        assertThat(read.select("#data-likes_with_notes thead th").eachText()).containsExactly("Note");
        assertThat(read.select("#data-only_like dd").eachText()).containsExactly(new UUID(1, 3).toString());
    }

    @Test
    void showsNoTableOfRecordsWithoutAValue() throws IOException {
        PageUnderTest page = page();
        for (int records : List.of(1, 40)) {
            page.begin(dataset("empty_" + records), new Column("note", Type.TEXT), new Column("id", Type.UUID));
            for (int record = 0; record < records; record++) {
                page.row(null, null);
            }
            page.end();
        }
        Document read = read(page);

        for (int records : List.of(1, 40)) {
            Element section = read.getElementById("data-empty_" + records);
            assertThat(section.select("table, dl")).isEmpty();
            assertThat(section.select("p.soft").eachText())
                    .containsExactly("Every column of this archive is in data/csv/empty_" + records + ".csv.");
        }
    }

    @ParameterizedTest
    @EnumSource(Language.class)
    void callsNoTwoOfItsPartsTheSame(Language language) throws IOException {
        PageUnderTest page = SamplePages.page(language, "Sam", SamplePages.MADRID);
        for (String name : List.of("activity", "actividad", "words", "palabras", "a_b", "a__b", "a_b_", "vocabulary")) {
            page.begin(dataset(name), new Column("note", Type.TEXT));
            page.row("one");
            page.row("two");
            page.end();
        }
        page.begin(LearningDatasets.SESSIONS, SamplePages.SESSIONS);
        SamplePages.session(page, "2026-11-02T10:00:00Z", 10, 1, 1);
        page.end();
        Document read = read(page);

        assertThat(read.select("h2").eachText()).doesNotHaveDuplicates();
        assertThat(read.select("h2").eachText().stream().map(text -> text.toLowerCase(language.locale())))
                .doesNotHaveDuplicates();
        assertThat(read.select("nav a").eachText()).doesNotHaveDuplicates();
        assertThat(read.select("[role=region]").eachAttr("aria-label")).doesNotHaveDuplicates();
    }

    @Test
    void speaksOfTheLatestOnlyInTheOrderOfDates() throws IOException {
        PageUnderTest page = page();
        for (boolean isOldestFirst : List.of(true, false)) {
            page.begin(
                    new Dataset(
                            isOldestFirst ? "by_date" : "by_name",
                            "yours",
                            Set.of(Dataset.Filter.PERIOD),
                            Set.of(),
                            isOldestFirst),
                    new Column("number", Type.INTEGER));
            for (int row = 1; row <= Rows.MOST + 7; row++) {
                page.row(row);
            }
            page.end();
        }
        Document read = read(page);

        assertThat(read.select("#data-by_date caption").text()).isEqualTo("By date: latest 2,000 of 2,007");
        assertThat(read.select("#data-by_name caption").text()).isEqualTo("By name: first 2,000 of 2,007");
        assertThat(read.select("#data-by_name tbody th").first().text()).isEqualTo("1");
    }

    @ParameterizedTest
    @CsvSource({
        "0.00001234, 0.00001234",
        "40.416775, 40.416775",
        "66.6666666666666667, 66.666667",
        "0.000012345678, 0.00001235",
        "1234.50, '1,234.50'",
        "0.000, 0.000",
        "1E+3, '1,000'"
    })
    void showsTheDigitsOfANumberThatSaySomething(BigDecimal number, String shown) {
        assertThat(new Wording(Language.ENGLISH, SamplePages.MADRID).decimal(number))
                .isEqualTo(shown);
    }

    @Test
    void separatesNoThousandsOfAYear() {
        Cells cells = new Cells(new Wording(Language.ENGLISH, SamplePages.MADRID));

        assertThat(cells.text(new Column("year", Type.INTEGER), 2026L)).isEqualTo("2026");
        assertThat(cells.text(new Column("birth_year", Type.INTEGER), 1990L)).isEqualTo("1990");
        assertThat(cells.text(new Column("years", Type.INTEGER), 2026L)).isEqualTo("2,026");
    }

    @Test
    void saysWhereTheValuesOfEachColumnComeFrom() throws IOException {
        PageUnderTest page = page();
        page.begin(
                dataset("orders"),
                new Column("note", Type.TEXT, Origin.PROVIDED),
                new Column("size", Type.TEXT, Origin.PROVIDED),
                new Column("total", Type.DECIMAL, Origin.DERIVED),
                new Column("placed_at", Type.INSTANT, Origin.OBSERVED));
        page.end();
        page.begin(dataset("notes"), new Column("note", Type.TEXT));
        page.end();
        Document read = read(page);

        assertThat(read.select("#uses thead th").get(1).text()).isEqualTo("Where it comes from");
        assertThat(read.select("#uses tbody tr td:nth-child(2)").eachText())
                .containsExactly("provided; derived: Total; observed: Placed at", "not stated");
    }

    @ParameterizedTest
    @EnumSource(
            value = Type.class,
            names = {"INSTANT", "DATE", "TEXT"})
    void countsNextReviewsOfEachTypeOfTime(Type type) throws IOException {
        PageUnderTest page = page();
        page.begin(
                LearningDatasets.VOCABULARY,
                new Column("spanish_text", Type.TEXT),
                new Column("learning_phase", Type.TEXT),
                new Column("next_review", type));
        for (String day : List.of("2026-11-20", "2026-11-28", "2027-03-01")) {
            page.row(
                    "sol",
                    "review",
                    switch (type) {
                        case INSTANT -> Instant.parse(day + "T12:00:00Z");
                        case DATE -> LocalDate.parse(day);
                        default -> day + "T12:00:00.25";
                    });
        }
        page.end();

        assertThat(read(page).select("#chart-reviews desc").text()).contains("overdue: 1, due today: 1, later: 1.");
    }

    @Test
    void countsSessionsOfDaysLongAgoWhereTheyWereChosen() throws IOException {
        PageUnderTest page = page();
        page.begin(LearningDatasets.SESSIONS, SamplePages.SESSIONS);
        SamplePages.session(page, "1981-06-01T10:00:00Z", 20, 4, 3);
        page.end();
        Document read = Jsoup.parse(
                page.html(ExportFilters.of(Map.of("to", "1981-06-30", "zone", "Europe/Madrid")), List.of(), List.of()));

        assertThat(read.select("#chart-days rect title").eachText())
                .containsExactly("Mon 1 Jun 1981: 1 session, 20 minutes");
    }
}
