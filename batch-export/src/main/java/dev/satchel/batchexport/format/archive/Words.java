package dev.satchel.batchexport.format.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The sentences of archives in one language, from resources that translators can read. Immutable. */
final class Words {

    private static final Map<Language, Words> KNOWN = new ConcurrentHashMap<>();

    private final Properties sentences;
    private final Map<String, String> translations;

    private Words(Properties sentences, Map<String, String> translations) {
        this.sentences = sentences;
        this.translations = translations;
    }

    static Words in(Language language) {
        return KNOWN.computeIfAbsent(language, Words::read);
    }

    private static Words read(Language language) {
        Properties sentences = new Properties();
        Map<String, String> translations = new HashMap<>();
        try (InputStream file = resource("readme_" + language.code() + ".properties");
                Reader reader = new InputStreamReader(file, UTF_8)) {
            sentences.load(reader);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        if (language != Language.ENGLISH) {
            try (InputStream file = resource("translations_" + language.code() + ".json")) {
                JsonMapper.shared()
                        .readTree(file)
                        .properties()
                        .forEach(each ->
                                translations.put(each.getKey(), each.getValue().stringValue()));
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }
        return new Words(sentences, translations);
    }

    private static InputStream resource(String name) {
        @Nullable InputStream file = Words.class.getResourceAsStream(name);
        if (file == null) {
            throw new IllegalStateException("the resource " + name + " is missing");
        }
        return file;
    }

    /** The sentence of that name; each {@code {0}}, {@code {1}} … is replaced by the value in that place. */
    String say(String name, Object... values) {
        String sentence = sentences.getProperty(name);
        if (sentence == null) {
            throw new IllegalStateException("there is no sentence '" + name + "'");
        }
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < sentence.length()) {
            // Two passes would replace what looks like a place inside of a value.
            if (sentence.charAt(at) == '{' && at + 2 < sentence.length() && sentence.charAt(at + 2) == '}') {
                text.append(values[sentence.charAt(at + 1) - '0']);
                at += 3;
            } else {
                text.append(sentence.charAt(at++));
            }
        }
        return text.toString();
    }

    /** A description or reason of the datasets that Satchel knows in this language; others as they are. */
    String translated(String english) {
        return translations.getOrDefault(english, english);
    }
}
