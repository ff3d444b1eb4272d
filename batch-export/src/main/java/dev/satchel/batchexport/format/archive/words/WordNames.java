package dev.satchel.batchexport.format.archive.words;

import dev.satchel.batchexport.format.archive.Language;
import dev.satchel.record.Column;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code words.csv} calls things in a language.
 *
 * @param header of its columns
 * @param names what people call the application's parts of speech and phases
 */
record WordNames(List<String> header, Map<String, String> names) {

    private static final List<Column.Type> TYPES = List.of(
            Column.Type.TEXT,
            Column.Type.TEXT,
            Column.Type.TEXT,
            Column.Type.TEXT,
            Column.Type.TEXT,
            Column.Type.DATE,
            Column.Type.INTEGER,
            Column.Type.INTEGER);

    // The application's own names are English.
    private static final WordNames ENGLISH = new WordNames(
            List.of(
                    "Word",
                    "Translation",
                    "Article",
                    "Part of speech",
                    "Phase",
                    "Next review",
                    "Reviews",
                    "Correct answers"),
            Map.of());

    private static final WordNames SPANISH = new WordNames(
            List.of(
                    "Palabra",
                    "Traducción",
                    "Artículo",
                    "Categoría",
                    "Fase",
                    "Próximo repaso",
                    "Repasos",
                    "Respuestas correctas"),
            Map.ofEntries(
                    Map.entry("noun", "sustantivo"),
                    Map.entry("verb", "verbo"),
                    Map.entry("adjective", "adjetivo"),
                    Map.entry("adverb", "adverbio"),
                    Map.entry("preposition", "preposición"),
                    Map.entry("article", "artículo"),
                    Map.entry("pronoun", "pronombre"),
                    Map.entry("conjunction", "conjunción"),
                    Map.entry("interjection", "interjección"),
                    Map.entry("other", "otra"),
                    Map.entry("new", "nueva"),
                    Map.entry("learning", "aprendiendo"),
                    Map.entry("review", "en repaso"),
                    Map.entry("mastered", "dominada")));

    WordNames {
        header = List.copyOf(header);
        names = Map.copyOf(names);
    }

    static WordNames in(Language language) {
        return switch (language) {
            case ENGLISH -> ENGLISH;
            case SPANISH -> SPANISH;
        };
    }

    List<Column> columns() {
        return IntStream.range(0, TYPES.size())
                .mapToObj(place -> new Column(header.get(place), TYPES.get(place)))
                .toList();
    }

    /** What people call a value of the application; the value itself if it is not known. */
    @Nullable
    String of(@Nullable String value) {
        return value == null ? null : names.getOrDefault(value, value);
    }
}
