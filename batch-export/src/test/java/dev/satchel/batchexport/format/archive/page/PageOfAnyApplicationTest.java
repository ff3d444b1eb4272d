package dev.satchel.batchexport.format.archive.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.format.archive.Language;
import dev.satchel.record.Column;
import dev.satchel.record.Column.Type;
import dev.satchel.record.Dataset;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;

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
}
