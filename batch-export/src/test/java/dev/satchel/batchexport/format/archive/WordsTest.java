package dev.satchel.batchexport.format.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.postgres.dataset.PostgresDatasets;
import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class WordsTest {

    @Test
    void translatesEachDescriptionAndReasonOfTheBuiltInDatasets() {
        Words spanish = Words.in(Language.SPANISH);
        PostgresDatasets datasets = PostgresDatasets.builtIn();
        Set<String> texts = new TreeSet<>(datasets.excludedTables().values());
        datasets.all().forEach(query -> {
            texts.add(query.dataset().description());
            texts.addAll(query.excluded().values());
        });

        assertThat(texts.stream().filter(text -> spanish.translated(text).equals(text)))
                .isEmpty();
        assertThat(spanish.translated("what a stranger wrote")).isEqualTo("what a stranger wrote");
    }

    @Test
    void hasTheSameSentencesWithTheSamePlacesInEachLanguage() throws IOException {
        Properties english = sentences(Language.ENGLISH);
        for (Language language : Language.values()) {
            Properties other = sentences(language);
            assertThat(other.stringPropertyNames()).isEqualTo(english.stringPropertyNames());
            for (String name : english.stringPropertyNames()) {
                assertThat(places(other.getProperty(name))).as(name).isEqualTo(places(english.getProperty(name)));
            }
        }
    }

    private static Properties sentences(Language language) throws IOException {
        Properties sentences = new Properties();
        try (InputStream file = Words.class.getResourceAsStream("readme_" + language.code() + ".properties")) {
            sentences.load(file);
        }
        return sentences;
    }

    private static Set<String> places(String sentence) {
        return Pattern.compile("[{][0-9][}]")
                .matcher(sentence)
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
