package dev.satchel.batchexport.format.archive;

import dev.satchel.postgres.yaml.YamlFileException;
import dev.satchel.postgres.yaml.YamlValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What only the operator of the application can say in an archive: the application's name, whom to ask, and about each
 * dataset why it is kept, who receives it and how long it stays. {@code docs/datasets.md} describes the file. Immutable.
 */
public final class OperatorTexts {

    /** No text is known; each is answered by a placeholder that says so. */
    public static final OperatorTexts NONE = new OperatorTexts(Map.of(), Map.of(), Map.of());

    private static final String APPLICATION = "application";
    private static final String CONTACT = "contact";
    private static final String DEFAULT = "default";
    private static final String DATASETS = "datasets";
    private static final List<String> FILE_KEYS = List.of(APPLICATION, CONTACT, DEFAULT, DATASETS);
    private static final List<String> LANGUAGES = List.of("en", "es");

    /** What the operator says about a dataset. */
    public enum Topic {
        /** Why the application keeps the data. */
        PURPOSE("purpose"),
        /** Who else receives the data. */
        RECIPIENTS("recipients"),
        /** How long the application keeps the data. */
        RETENTION("retention");

        private final String key;

        Topic(String key) {
            this.key = key;
        }
    }

    private static final List<String> TOPICS = List.of("purpose", "recipients", "retention");

    /** One text in the languages in which the operator wrote it. */
    private record Text(Map<Language, String> byLanguage) {

        // A text in another language tells more than a placeholder.
        String in(Language language) {
            return Optional.ofNullable(byLanguage.get(language))
                    .orElseGet(() -> byLanguage.values().iterator().next());
        }
    }

    private final Map<String, Text> general;
    private final Map<Topic, Text> defaults;
    private final Map<String, Map<Topic, Text>> datasets;

    private OperatorTexts(
            Map<String, Text> general, Map<Topic, Text> defaults, Map<String, Map<Topic, Text>> datasets) {
        this.general = general;
        this.defaults = defaults;
        this.datasets = datasets;
    }

    /**
     * Reads the texts.
     *
     * @param known the names of the datasets that exist, so that a misspelt one is refused
     * @throws IllegalArgumentException if the file cannot be read or violates the format; the message names file and
     *     line
     */
    public static OperatorTexts read(Path file, Collection<String> known) {
        try {
            return parse(file.toString(), Files.readString(file), known);
        } catch (IOException unreadable) {
            throw new YamlFileException("the texts in " + file + " cannot be read: " + unreadable.getMessage());
        }
    }

    static OperatorTexts parse(String file, String yaml, Collection<String> known) {
        YamlValue.Fields fields = YamlValue.parse(file, yaml, "the keys " + String.join(", ", FILE_KEYS))
                .fields("a file with the keys " + String.join(", ", FILE_KEYS), FILE_KEYS);
        Map<String, Text> general = new LinkedHashMap<>();
        for (String key : List.of(APPLICATION, CONTACT)) {
            fields.find(key).ifPresent(value -> general.put(key, text(value)));
        }
        Map<String, Map<Topic, Text>> datasets = new LinkedHashMap<>();
        fields.find(DATASETS)
                .ifPresent(value -> value.mapping("a mapping from datasets to texts")
                        .forEach((name, texts) -> {
                            if (!known.contains(name)) {
                                throw texts.error("there is no dataset '" + name + "': expected one of "
                                        + String.join(", ", known));
                            }
                            datasets.put(name, topics(texts));
                        }));
        return new OperatorTexts(
                general, fields.find(DEFAULT).map(OperatorTexts::topics).orElse(Map.of()), datasets);
    }

    private static Map<Topic, Text> topics(YamlValue value) {
        YamlValue.Fields fields = value.fields("a mapping with the keys " + String.join(", ", TOPICS), TOPICS);
        Map<Topic, Text> topics = new EnumMap<>(Topic.class);
        for (Topic topic : Topic.values()) {
            fields.find(topic.key).ifPresent(text -> topics.put(topic, text(text)));
        }
        return topics;
    }

    private static Text text(YamlValue value) {
        Map<Language, String> texts = new EnumMap<>(Language.class);
        if (value.isText()) {
            for (Language language : Language.values()) {
                texts.put(language, value.text("a text"));
            }
            return new Text(texts);
        }
        YamlValue.Fields fields = value.fields("a text, or a mapping from en and es to texts", LANGUAGES);
        for (Language language : Language.values()) {
            fields.find(language.code()).ifPresent(text -> texts.put(language, text.text("a text")));
        }
        if (texts.isEmpty()) {
            throw value.error("expected a text for at least one of " + String.join(", ", LANGUAGES));
        }
        return new Text(texts);
    }

    /** The application's name; empty if it is unknown. */
    public Optional<String> application(Language language) {
        return Optional.ofNullable(general.get(APPLICATION)).map(text -> text.in(language));
    }

    /** Whom to ask about the data; a placeholder if it is unknown. */
    public String contact(Language language) {
        return Optional.ofNullable(general.get(CONTACT))
                .map(text -> text.in(language))
                .orElseGet(() -> switch (language) {
                    case ENGLISH -> "[The operator has not named anybody: ask where you asked for this file.]";
                    case SPANISH -> "[El responsable no ha indicado a nadie: pregunta donde pediste este archivo.]";
                });
    }

    /** What the operator says about a dataset; a placeholder if that is unknown. */
    public String about(String dataset, Topic topic, Language language) {
        return Optional.ofNullable(datasets.getOrDefault(dataset, Map.of()).get(topic))
                .or(() -> Optional.ofNullable(defaults.get(topic)))
                .map(text -> text.in(language))
                .orElseGet(() -> placeholder(topic, language));
    }

    private static String placeholder(Topic topic, Language language) {
        return switch (language) {
            case ENGLISH ->
                "[The operator has not said "
                        + switch (topic) {
                            case PURPOSE -> "why this is kept.]";
                            case RECIPIENTS -> "who receives this.]";
                            case RETENTION -> "how long this is kept.]";
                        };
            case SPANISH ->
                "[El responsable no ha indicado "
                        + switch (topic) {
                            case PURPOSE -> "para qué se guarda esto.]";
                            case RECIPIENTS -> "quién recibe esto.]";
                            case RETENTION -> "cuánto tiempo se guarda esto.]";
                        };
        };
    }
}
