package dev.satchel.keys;

import java.nio.charset.StandardCharsets;

/** Keys for tests, none of which any provider ever gave out. */
public final class ApiKeys {

    private ApiKeys() {}

    public static ApiKey of(String text) {
        return ApiKey.take(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** A sound key of the provider that tells apart {@code mark}. */
    public static String text(Provider provider, String mark) {
        String start = switch (provider) {
            case OPENAI -> "sk-proj-";
            case ANTHROPIC -> "sk-ant-api03-";
            case UNSPLASH -> "";
        };
        return start + mark + "-0123456789abcdefghij";
    }

    /** Reads a key that a vault lends. */
    public static String read(ApiKey key) {
        return key.revealSecret(characters -> new String(characters, StandardCharsets.US_ASCII));
    }
}
