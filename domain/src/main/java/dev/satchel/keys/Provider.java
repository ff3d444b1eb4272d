package dev.satchel.keys;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A service that users have keys for. */
public enum Provider {
    OPENAI("openai", "OpenAI", "sk-", "'sk-', such as sk-proj-…") {
        @Override
        Map<String, String> foreignPrefixes() {
            return Map.of("sk-ant-", "a key of Anthropic", "sk-admin-", "an administrator's key of OpenAI");
        }
    },
    ANTHROPIC("anthropic", "Anthropic", "sk-ant-", "'sk-ant-'") {
        @Override
        Map<String, String> foreignPrefixes() {
            return Map.of("sk-ant-admin", "an administrator's key of Anthropic");
        }
    },
    UNSPLASH("unsplash", "Unsplash", "", "any letter or digit") {
        @Override
        Map<String, String> foreignPrefixes() {
            return Map.of("sk-ant-", "a key of Anthropic", "sk-proj-", "a key of OpenAI");
        }
    };

    private static final int MIN_LENGTH = 20;

    private final String key;
    private final String title;
    private final String prefix;
    private final String start;

    Provider(String key, String title, String prefix, String start) {
        this.key = key;
        this.title = title;
        this.prefix = prefix;
        this.start = start;
    }

    /** What the start of a key tells when it is not this provider's user's key, by the start. */
    abstract Map<String, String> foreignPrefixes();

    /**
     * The provider with this {@link #key}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Provider of(String key) {
        return Arrays.stream(values())
                .filter(candidate -> candidate.key.equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown provider '" + key + "': expected one of "
                        + Arrays.stream(values()).map(Provider::key).collect(Collectors.joining(", "))));
    }

    /** The word users and tables know it by, in lower case. */
    public String key() {
        return key;
    }

    /** Its name as it writes it itself. */
    public String title() {
        return title;
    }

    /** The column of {@code user_api_keys} that holds its key. */
    public String column() {
        return key + "_api_key";
    }

    /**
     * Refuses what cannot be a user's key of this provider. Only the form is looked at; whether the provider accepts the
     * key is for a {@link ProviderCheck} to find out.
     *
     * @throws IllegalArgumentException saying what is wrong and what is allowed, and nothing of the key
     */
    public void requireKeyOf(ApiKey candidate) {
        List<String> problems = candidate.revealSecret(this::problems);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("this is no key of " + title + ": " + problems.get(0)
                    + "; expected at least " + MIN_LENGTH + " letters, digits, '-' and '_', starting with " + start);
        }
    }

    private List<String> problems(byte[] candidate) {
        // The longest start that fits tells most: sk-ant- before sk-.
        String foreign = foreignPrefixes().keySet().stream()
                .filter(start -> startsWith(candidate, start))
                .max((a, b) -> Integer.compare(a.length(), b.length()))
                .orElse("");
        if (!foreign.isEmpty()) {
            return List.of("it starts with '" + foreign + "', which makes it "
                    + foreignPrefixes().get(foreign));
        }
        if (!startsWith(candidate, prefix)) {
            return List.of("it does not start with '" + prefix + "'");
        }
        if (candidate.length < MIN_LENGTH) {
            return List.of("it has only " + candidate.length + " characters");
        }
        for (int i = 0; i < candidate.length; i++) {
            if (!isUrlSafe(candidate[i])) {
                return List.of("its character at position " + (i + 1) + " is none that such a key has");
            }
        }
        return List.of();
    }

    private static boolean startsWith(byte[] text, String start) {
        if (text.length < start.length()) {
            return false;
        }
        for (int i = 0; i < start.length(); i++) {
            if (text[i] != start.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isUrlSafe(byte c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }
}
