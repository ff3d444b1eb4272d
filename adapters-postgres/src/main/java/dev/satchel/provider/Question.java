package dev.satchel.provider;

import dev.satchel.keys.ApiKey;
import dev.satchel.keys.Provider;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** What each provider is asked: something that costs nothing and that it answers to every key it accepts. */
final class Question {

    private static final URI OPENAI = URI.create("https://api.openai.com/v1/models");
    private static final URI ANTHROPIC = URI.create("https://api.anthropic.com/v1/models?limit=1");
    private static final URI UNSPLASH = URI.create("https://api.unsplash.com/photos?per_page=1");

    private Question() {}

    static HttpRequest to(Provider provider, ApiKey key, Duration timeout) {
        HttpRequest.Builder request = switch (provider) {
            case OPENAI -> HttpRequest.newBuilder(OPENAI).header("Authorization", "Bearer " + text(key));
            case ANTHROPIC ->
                HttpRequest.newBuilder(ANTHROPIC)
                        .header("x-api-key", text(key))
                        .header("anthropic-version", "2023-06-01");
            case UNSPLASH ->
                HttpRequest.newBuilder(UNSPLASH)
                        .header("Authorization", "Client-ID " + text(key))
                        .header("Accept-Version", "v1");
        };
        return request.header("Accept", "application/json")
                .timeout(timeout)
                .GET()
                .build();
    }

    // A header is a string, which nobody can wipe.
    private static String text(ApiKey key) {
        return key.revealSecret(characters -> new String(characters, StandardCharsets.US_ASCII));
    }
}
