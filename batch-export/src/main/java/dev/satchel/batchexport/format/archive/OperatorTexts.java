package dev.satchel.batchexport.format.archive;

import java.util.Map;
import java.util.Optional;

/**
 * What only the operator of the application can say in an archive. Each text may be known in some languages; a text in
 * another language tells more than a placeholder, which stands where no text is known.
 *
 * @param application the application's name
 * @param contact whom to ask about the data
 * @param defaults what holds for each dataset that has no text of its own on that topic
 * @param datasets by the dataset's name
 */
public record OperatorTexts(
        Map<Language, String> application,
        Map<Language, String> contact,
        Map<Topic, Map<Language, String>> defaults,
        Map<String, Map<Topic, Map<Language, String>>> datasets) {

    /** No text is known. */
    public static final OperatorTexts NONE = new OperatorTexts(Map.of(), Map.of(), Map.of(), Map.of());

    /** What the operator says about a dataset. */
    public enum Topic {
        /** Why the application keeps the data. */
        PURPOSE,
        /** Who else receives the data. */
        RECIPIENTS,
        /** How long the application keeps the data. */
        RETENTION
    }

    /** The application's name; empty if it is unknown. */
    public Optional<String> application(Language language) {
        return text(application, language);
    }

    /** Whom to ask about the data, or a placeholder. */
    public String contact(Language language) {
        return text(contact, language).orElseGet(() -> switch (language) {
            case ENGLISH -> "[The operator has not named anybody: ask where you asked for this file.]";
            case SPANISH -> "[El responsable no ha indicado a nadie: pregunta donde pediste este archivo.]";
        });
    }

    /** What the operator says about a dataset, or a placeholder. */
    public String about(String dataset, Topic topic, Language language) {
        return text(datasets.getOrDefault(dataset, Map.of()).getOrDefault(topic, Map.of()), language)
                .or(() -> text(defaults.getOrDefault(topic, Map.of()), language))
                .orElseGet(() -> placeholder(topic, language));
    }

    private static Optional<String> text(Map<Language, String> texts, Language wanted) {
        String text = texts.get(wanted);
        for (Language other : Language.values()) {
            text = text == null ? texts.get(other) : text;
        }
        return Optional.ofNullable(text);
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
