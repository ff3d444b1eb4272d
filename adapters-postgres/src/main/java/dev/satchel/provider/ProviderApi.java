package dev.satchel.provider;

import dev.satchel.keys.ApiKey;
import dev.satchel.keys.Provider;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import tools.jackson.databind.JsonNode;

/**
 * How each provider is asked about a key, and how it answers: one constant per {@link Provider}, of the same name.
 *
 * <p>The question costs nothing, and the provider answers it to every key that it accepts. Its address is a constant.
 */
enum ProviderApi {
    OPENAI("https://api.openai.com/v1/models") {
        @Override
        HttpRequest.Builder authorize(HttpRequest.Builder question, ApiKey key) {
            return question.header("Authorization", "Bearer " + text(key));
        }

        @Override
        boolean isList(JsonNode answer) {
            return answer.path("data").isArray();
        }

        @Override
        boolean isUnknownKey(JsonNode answer) {
            return isText(answer.path("error").path("code"), "invalid_api_key");
        }
    },

    ANTHROPIC("https://api.anthropic.com/v1/models?limit=1") {
        @Override
        HttpRequest.Builder authorize(HttpRequest.Builder question, ApiKey key) {
            return question.header("x-api-key", text(key)).header("anthropic-version", "2023-06-01");
        }

        @Override
        boolean isList(JsonNode answer) {
            return answer.path("data").isArray();
        }

        @Override
        boolean isUnknownKey(JsonNode answer) {
            return isText(answer.path("error").path("type"), "authentication_error")
                    && isText(answer.path("error").path("message"), "invalid x-api-key");
        }
    },

    UNSPLASH("https://api.unsplash.com/photos?per_page=1") {
        @Override
        HttpRequest.Builder authorize(HttpRequest.Builder question, ApiKey key) {
            return question.header("Authorization", "Client-ID " + text(key)).header("Accept-Version", "v1");
        }

        @Override
        boolean isList(JsonNode answer) {
            return answer.isArray();
        }

        @Override
        boolean isUnknownKey(JsonNode answer) {
            return answer.path("errors").isArray()
                    && answer.path("errors").size() == 1
                    && isText(answer.path("errors").get(0), "OAuth error: The access token is invalid");
        }
    };

    private final URI address;

    ProviderApi(String address) {
        this.address = URI.create(address);
    }

    /** The API of that provider; a test holds that each has one. */
    static ProviderApi of(Provider provider) {
        return valueOf(provider.name());
    }

    /** Adds the key to the question, in a header, and whatever else the provider wants to see there. */
    abstract HttpRequest.Builder authorize(HttpRequest.Builder question, ApiKey key);

    /** Whether an answer of status 200 lists what the key may see, which proves the key valid. */
    abstract boolean isList(JsonNode answer);

    /** Whether an answer of status 401 says, in the provider's own words, that there is no such key. */
    abstract boolean isUnknownKey(JsonNode answer);

    HttpRequest question(ApiKey key, Duration timeout) {
        return authorize(HttpRequest.newBuilder(address), key)
                .header("Accept", "application/json")
                .timeout(timeout)
                .GET()
                .build();
    }

    // A header is a string, which cannot be wiped.
    private static String text(ApiKey key) {
        return key.revealSecret(characters -> new String(characters, StandardCharsets.US_ASCII));
    }

    private static boolean isText(JsonNode node, String text) {
        return node.isString() && node.stringValue().equals(text);
    }
}
