package dev.satchel.provider;

import dev.satchel.keys.Provider;
import dev.satchel.keys.Verdict;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/**
 * What a provider answered.
 *
 * @param retryAfter the header {@code Retry-After}, as it came
 * @param isUsedUp whether the provider says that the key may ask no more for now
 * @param body as much of it as was read
 */
record Answer(int status, Optional<String> retryAfter, boolean isUsedUp, String body) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** For a provider that is busy and does not say for how long. */
    static final Duration SHORT_REST = Duration.ofMinutes(1);

    /** A provider that asks for more is asked again the next day anyway. */
    private static final Duration LONGEST_REST = Duration.ofDays(1);

    /** Without the body: providers repeat keys in it. */
    @Override
    public String toString() {
        return "status " + status;
    }

    /** What it proves about the key that was sent. */
    Verdict verdict(Provider provider, InstantSource clock) {
        String who = provider.title();
        if (status == 200) {
            return ProviderApi.of(provider).isList(json())
                    ? new Verdict.Valid()
                    : aboutThisKey(who + " answered with something that is no list");
        }
        if (status == 401) {
            return ProviderApi.of(provider).isUnknownKey(json())
                    ? new Verdict.Invalid(who + " does not know the key, or no longer")
                    : aboutThisKey(
                            who + " did not let the key list what it may see; a restricted key is not allowed to");
        }
        if (status == 403 && isUsedUp) {
            return aboutThisKey(who + " was asked too often with this key");
        }
        if (status == 407) {
            return new Verdict.Unknown(
                    who + " could not be reached: a proxy on the way wants a user name and a password", SHORT_REST);
        }
        if (status == 429) {
            return new Verdict.Unknown(who + " was asked too often", rest(clock));
        }
        if (status >= 500) {
            return new Verdict.Unknown(who + " failed with status " + status, rest(clock));
        }
        if (status >= 300 && status < 400) {
            return aboutThisKey(who + " answered with a redirect, which is not followed");
        }
        return aboutThisKey(who + " answered with status " + status + ", which says nothing about the key");
    }

    private static Verdict aboutThisKey(String reason) {
        return new Verdict.Unknown(reason, Duration.ZERO);
    }

    private JsonNode json() {
        try {
            JsonNode json = JSON.readTree(body);
            return json == null ? MissingNode.getInstance() : json;
        } catch (JacksonException e) {
            return MissingNode.getInstance();
        }
    }

    // RFC 9110, section 10.2.3: seconds, or a date.
    private Duration rest(InstantSource clock) {
        return retryAfter
                .flatMap(text -> parsed(text.strip(), clock.instant()))
                .filter(rest -> !rest.isNegative() && !rest.isZero())
                .map(rest -> rest.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : rest)
                .orElse(SHORT_REST);
    }

    private static Optional<Duration> parsed(String text, Instant now) {
        if (text.matches("[0-9]{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
        }
        try {
            return Optional.of(Duration.between(
                    now,
                    ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant()));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
