package dev.satchel.batchexport.run.archive;

import dev.satchel.batchexport.format.archive.Language;
import dev.satchel.batchexport.format.archive.OperatorTexts;
import dev.satchel.batchexport.format.archive.OperatorTexts.Topic;
import dev.satchel.postgres.yaml.YamlFileException;
import dev.satchel.postgres.yaml.YamlValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads the operator's texts from a YAML file, which {@code docs/datasets.md} describes. */
public final class ArchiveTexts {

    private static final String APPLICATION = "application";
    private static final String CONTACT = "contact";
    private static final String DEFAULT = "default";
    private static final String DATASETS = "datasets";
    private static final List<String> KEYS = List.of(APPLICATION, CONTACT, DEFAULT, DATASETS);
    private static final String CONTENT = "some of the keys " + String.join(", ", KEYS);

    private static final List<String> LANGUAGES =
            Arrays.stream(Language.values()).map(Language::code).toList();

    private static final List<String> TOPICS =
            Arrays.stream(Topic.values()).map(ArchiveTexts::key).toList();

    private ArchiveTexts() {}

    private static String key(Topic topic) {
        return topic.name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads the texts.
     *
     * @param known the names of the datasets that exist
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
        YamlValue.Fields fields = YamlValue.parse(file, yaml, CONTENT).fields("a file with " + CONTENT, KEYS);
        Map<String, Map<Topic, Map<Language, String>>> datasets = new LinkedHashMap<>();
        fields.find(DATASETS)
                .ifPresent(value -> value.mapping("a mapping from datasets to texts")
                        .forEach((name, texts) -> {
                            // A misspelt name would leave the placeholder in every archive.
                            if (!known.contains(name)) {
                                throw texts.error("there is no dataset '" + name + "': expected one of "
                                        + String.join(", ", known));
                            }
                            datasets.put(name, topics(texts));
                        }));
        return new OperatorTexts(
                fields.find(APPLICATION).map(ArchiveTexts::text).orElse(Map.of()),
                fields.find(CONTACT).map(ArchiveTexts::text).orElse(Map.of()),
                fields.find(DEFAULT).map(ArchiveTexts::topics).orElse(Map.of()),
                datasets);
    }

    private static Map<Topic, Map<Language, String>> topics(YamlValue value) {
        YamlValue.Fields fields = value.fields("a mapping with some of " + String.join(", ", TOPICS), TOPICS);
        Map<Topic, Map<Language, String>> topics = new EnumMap<>(Topic.class);
        for (Topic topic : Topic.values()) {
            fields.find(key(topic)).ifPresent(text -> topics.put(topic, text(text)));
        }
        return topics;
    }

    // A text without a language stands for all of them.
    private static Map<Language, String> text(YamlValue value) {
        Map<Language, String> texts = new EnumMap<>(Language.class);
        if (value.isText()) {
            for (Language language : Language.values()) {
                texts.put(language, value.text("a text"));
            }
            return texts;
        }
        YamlValue.Fields fields = value.fields("a text, or a text for some of " + LANGUAGES, LANGUAGES);
        for (Language language : Language.values()) {
            fields.find(language.code()).ifPresent(text -> texts.put(language, text.text("a text")));
        }
        return texts;
    }
}
