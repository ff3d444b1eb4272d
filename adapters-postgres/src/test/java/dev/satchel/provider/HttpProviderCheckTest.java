package dev.satchel.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.satchel.keys.ApiKey;
import dev.satchel.keys.ApiKeys;
import dev.satchel.keys.InMemoryKeyVault;
import dev.satchel.keys.Provider;
import dev.satchel.keys.UserKeys;
import dev.satchel.keys.Validity;
import dev.satchel.keys.Verdict;
import dev.satchel.keys.validation.KeyValidation;
import dev.satchel.provider.ProviderServers.Reply;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every question goes through a real tunnel and real TLS to a server that plays the provider. */
class HttpProviderCheckTest {

    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-03-01T10:00:00Z"));
    /** How often something tries to change the host; 10,000 take half a minute. */
    private static final int TRIES =
            Integer.getInteger("satchel.tries", System.getProperty("satchel.test.matrix") == null ? 1_000 : 10_000);

    private static final Duration PATIENT = Duration.ofSeconds(30);
    private static final Duration IMPATIENT = Duration.ofMillis(400);

    private static final Map<Provider, String> GOOD = new EnumMap<>(Map.of(
            Provider.OPENAI, "{\"object\":\"list\",\"data\":[{\"id\":\"a-model\"}]}",
            Provider.ANTHROPIC, "{\"data\":[{\"type\":\"model\",\"id\":\"a-model\"}],\"has_more\":true}",
            Provider.UNSPLASH, "[{\"id\":\"a-photo\"}]"));

    private static final Map<Provider, String> UNKNOWN_KEY = new EnumMap<>(Map.of(
            Provider.OPENAI,
            "{\"error\":{\"message\":\"Incorrect API key provided: sk-proj-****abcd.\","
                    + "\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"invalid_api_key\"}}",
            Provider.ANTHROPIC,
            "{\"type\":\"error\",\"error\":{\"type\":\"authentication_error\",\"message\":\"invalid x-api-key\"}}",
            Provider.UNSPLASH,
            "{\"errors\":[\"OAuth error: The access token is invalid\"]}"));

    @AutoClose
    private static ProviderServers servers;

    @BeforeAll
    static void start(@TempDir Path folder) {
        servers = ProviderServers.in(folder);
    }

    @BeforeEach
    void answerNothing() {
        servers.answer(question -> Reply.of(404, ""));
    }

    private HttpProviderCheck check(Duration timeout) {
        return new HttpProviderCheck(servers.client(), timeout, CLOCK);
    }

    private static ApiKey key(Provider provider) {
        return ApiKeys.of(ApiKeys.text(provider, "canary"));
    }

    static Stream<Arguments> answers() {
        List<Arguments> table = new ArrayList<>();
        for (Provider provider : Provider.values()) {
            String good = GOOD.get(provider);
            String unknownKey = UNKNOWN_KEY.get(provider);
            Verdict valid = new Verdict.Valid();
            Verdict invalid = new Verdict.Invalid(provider.title() + " does not know the key, or no longer");
            row(table, provider, "200 with a list", Reply.of(200, good), valid);
            row(table, provider, "401 unknown key", Reply.of(401, unknownKey), invalid);
            unproven(
                    table,
                    provider,
                    "401 missing scope",
                    Reply.of(
                            401,
                            "{\"error\":{\"message\":\"You have insufficient permissions for this operation. Missing"
                                    + " scopes: api.model.read.\",\"type\":\"invalid_request_error\",\"code\":null}}"),
                    0);
            unproven(table, provider, "401 malformed body", Reply.of(401, unknownKey.substring(1)), 0);
            unproven(table, provider, "401 empty body", Reply.of(401, ""), 0);
            unproven(
                    table,
                    provider,
                    "401 with the words of an unknown key in another place",
                    Reply.of(
                            401,
                            "{\"message\":\"invalid_api_key authentication_error invalid x-api-key OAuth error: The access token is invalid\"}"),
                    0);
            unproven(table, provider, "403", Reply.of(403, unknownKey), 0);
            unproven(
                    table,
                    provider,
                    "403 used up",
                    Reply.of(403, "Rate Limit Exceeded").with("X-Ratelimit-Remaining", "0"),
                    0);
            unproven(table, provider, "404", Reply.of(404, unknownKey), 0);
            unproven(table, provider, "400", Reply.of(400, unknownKey), 0);
            unproven(table, provider, "429", Reply.of(429, unknownKey), 60);
            unproven(
                    table,
                    provider,
                    "429, Retry-After in seconds",
                    Reply.of(429, "{}").with("Retry-After", "17"),
                    17);
            unproven(
                    table,
                    provider,
                    "429, Retry-After as a date",
                    Reply.of(429, "{}").with("Retry-After", "Sun, 1 Mar 2026 10:02:00 GMT"),
                    120);
            unproven(
                    table,
                    provider,
                    "429, Retry-After of a year",
                    Reply.of(429, "{}").with("Retry-After", "31536000"),
                    86400);
            unproven(
                    table,
                    provider,
                    "429, Retry-After malformed",
                    Reply.of(429, "{}").with("Retry-After", "-1e9"),
                    60);
            unproven(table, provider, "500", Reply.of(500, unknownKey), 60);
            unproven(table, provider, "503", Reply.of(503, "<html>").with("Retry-After", "9"), 9);
            unproven(
                    table,
                    provider,
                    "529",
                    Reply.of(529, "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}"),
                    60);
            unproven(table, provider, "200 malformed body", Reply.of(200, good.substring(1)), 0);
            unproven(table, provider, "200 empty body", Reply.of(200, ""), 0);
            unproven(table, provider, "200 with something else", Reply.of(200, "{\"ok\":true}"), 0);
            unproven(table, provider, "200 nested without end", Reply.of(200, "[".repeat(200_000)), 0);
            unproven(table, provider, "204", Reply.of(204, ""), 0);
            for (int redirect : new int[] {301, 302, 303, 307, 308}) {
                unproven(
                        table,
                        provider,
                        "redirect " + redirect,
                        Reply.of(redirect, good).with("Location", "https://api.example.com/"),
                        0);
            }
            unproven(table, provider, "broken off", Reply.of(200, good).promising(100_000), 60);
        }
        return table.stream();
    }

    private static void unproven(List<Arguments> table, Provider provider, String name, Reply reply, long seconds) {
        row(table, provider, name, reply, new Verdict.Unknown("any", Duration.ofSeconds(seconds)));
    }

    private static void row(List<Arguments> table, Provider provider, String name, Reply reply, Verdict verdict) {
        table.add(Arguments.of(provider, name, reply, verdict));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("answers")
    void anAnswerProvesWhatItSaysAndOnlyAProvenInvalidDeactivates(
            Provider provider, String name, Reply reply, Verdict expected) {
        servers.answer(question -> reply);

        judged(check(PATIENT), provider, expected);
    }

    @ParameterizedTest
    @EnumSource
    void aProviderThatDoesNotAnswerProvesNothing(Provider provider) {
        servers.answer(question -> {
            sleep(Duration.ofSeconds(3));
            return Reply.of(401, UNKNOWN_KEY.get(provider));
        });

        judged(check(IMPATIENT), provider, new Verdict.Unknown("any", Answer.SHORT_REST));
    }

    @ParameterizedTest
    @EnumSource
    void aBodyThatDoesNotEndProvesNothing(Provider provider) {
        servers.answer(question -> Reply.of(401, UNKNOWN_KEY.get(provider)).stalling(3000));

        judged(check(IMPATIENT), provider, new Verdict.Unknown("any", Answer.SHORT_REST));
    }

    @ParameterizedTest
    @EnumSource
    void aBodyThatFillsTheMemoryIsNotFetched(Provider provider) {
        servers.answer(question -> Reply.of(200, "[" + "0,".repeat(5_000_000) + "0]"));

        judged(check(PATIENT), provider, new Verdict.Unknown("any", Duration.ZERO));
    }

    @ParameterizedTest
    @EnumSource
    void somebodyElseIsToldNothing(Provider provider) {
        servers.answer(question -> Reply.of(401, UNKNOWN_KEY.get(provider)));
        servers.leadToStranger();

        judged(check(PATIENT), provider, new Verdict.Unknown("any", Answer.SHORT_REST));

        assertThat(servers.asked()).isEmpty();
        assertThat(servers.tunnels()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void whoIsNotTrustedIsToldNothing(Provider provider) {
        servers.answer(question -> Reply.of(401, UNKNOWN_KEY.get(provider)));

        judged(
                new HttpProviderCheck(servers.clientThatTrustsTheWorld(), PATIENT, CLOCK),
                provider,
                new Verdict.Unknown("any", Answer.SHORT_REST));

        assertThat(servers.asked()).isEmpty();
    }

    static Stream<Arguments> refusalsOfAProxy() {
        Duration rest = Answer.SHORT_REST;
        return Stream.of(
                Arguments.of("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", rest),
                Arguments.of(
                        "HTTP/1.1 407 \r\nProxy-Authenticate: Basic realm=\"proxy\"\r\nContent-Length: 5\r\n\r\nlogin",
                        rest),
                Arguments.of(
                        "HTTP/1.1 407 Login\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n"
                                + "Connection: close\r\n\r\n<html>",
                        rest),
                Arguments.of("HTTP/1.0 407 Login\r\n\r\n", rest),
                Arguments.of("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", rest),
                Arguments.of("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", rest),
                Arguments.of("HTTP/1.1 302 Found\r\nLocation: https://login.example.org/\r\n\r\n", rest),
                Arguments.of("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", rest),
                Arguments.of("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", rest),
                Arguments.of("HTTP/1.1 511 Network Authentication Required\r\nContent-Length: 0\r\n\r\n", rest),
                Arguments.of("HTTP/1.1 100 Continue\r\n\r\n", rest),
                Arguments.of("HTTP/1.1 101 Switching Protocols\r\n\r\n", rest),
                Arguments.of("HTTP/1.1 200 OK\r\n\r\nno TLS", rest),
                Arguments.of("no HTTP\r\n\r\n", rest));
    }

    @ParameterizedTest
    @MethodSource("refusalsOfAProxy")
    void aProxyThatOpensNoTunnelProvesNothing(String refusal, Duration rest) {
        for (Provider provider : Provider.values()) {
            servers.answer(question -> Reply.of(401, UNKNOWN_KEY.get(provider)));
            servers.refuseTunnels(refusal);

            judged(check(PATIENT), provider, new Verdict.Unknown("any", rest));

            assertThat(servers.asked()).isEmpty();
        }
    }

    @Test
    void namesTheProxyThatWantsALogin() {
        servers.refuseTunnels("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");

        assertThat(check(PATIENT).check(Provider.OPENAI, key(Provider.OPENAI)))
                .isEqualTo(new Verdict.Unknown(
                        "OpenAI could not be reached: a proxy on the way wants a user name and a password",
                        Answer.SHORT_REST));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\r\n",
                "no HTTP at all\r\n\r\n",
                "HTTP/1.1\r\n\r\n",
                "HTTP/1.1 \r\n\r\n",
                "HTTP/1.1 abc def\r\n\r\n",
                "HTTP/1.1 -40 x\r\n\r\n",
                "HTTP/1.1 4010 x\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 099 x\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 999 x\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
                "HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n[]",
                "HTTP/1.1 200 OK\r\nContent-Length: -7\r\n\r\n[]",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n[]",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n[]",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n[",
                "HTTP/1.1 200 OK\r\n: no name\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 302 Found\r\nLocation: :::\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: \r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 407 Login\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 407 Login\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 511 Network Authentication Required\r\nContent-Length: 0\r\n\r\n",
                // The settings of HTTP/2, and its GOAWAY.
                "\0\0\0\4\0\0\0\0\0\0\0\10\7\0\0\0\0\0\0\0\0\0\0\0\0"
            })
    void whatIsNoSoundAnswerProvesNothing(String answer) {
        for (Provider provider : Provider.values()) {
            servers.answer(question -> Reply.of(404, ""));
            servers.answerWordForWord(answer);

            Verdict verdict = check(PATIENT).check(provider, key(provider));

            assertThat(verdict.validity()).isEqualTo(Validity.UNKNOWN);
            assertThat(servers.tunnels()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aProviderThatCannotBeReachedProvesNothing(Provider provider) throws IOException {
        int closed;
        try (ServerSocket socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }

        judged(
                new HttpProviderCheck(servers.clientThrough(closed), PATIENT, CLOCK),
                provider,
                new Verdict.Unknown("any", Answer.SHORT_REST));
    }

    @ParameterizedTest
    @EnumSource
    void asksForWhatCostsNothingWithTheKeyInOneHeaderAndNowhereElse(Provider provider) {
        servers.answer(question -> Reply.of(200, GOOD.get(provider)));
        String key = ApiKeys.text(provider, "canary");

        assertThat(check(PATIENT).check(provider, ApiKeys.of(key))).isEqualTo(new Verdict.Valid());

        assertThat(servers.asked()).singleElement().satisfies(asked -> {
            String header = switch (provider) {
                case OPENAI -> "Bearer " + asked.header("Authorization").substring("Bearer ".length());
                case ANTHROPIC -> asked.header("x-api-key");
                case UNSPLASH -> asked.header("Authorization");
            };
            assertThat(header)
                    .isEqualTo(
                            switch (provider) {
                                case OPENAI -> "Bearer " + key;
                                case ANTHROPIC -> key;
                                case UNSPLASH -> "Client-ID " + key;
                            });
            assertThat(asked.method()).isEqualTo("GET");
            assertThat(asked.host())
                    .isEqualTo(
                            switch (provider) {
                                case OPENAI -> "api.openai.com";
                                case ANTHROPIC -> "api.anthropic.com";
                                case UNSPLASH -> "api.unsplash.com";
                            });
            assertThat(asked.target())
                    .isEqualTo(
                            switch (provider) {
                                case OPENAI -> "/v1/models";
                                case ANTHROPIC -> "/v1/models?limit=1";
                                case UNSPLASH -> "/photos?per_page=1";
                            });
            assertThat(asked.headers().values().stream().flatMap(List::stream).filter(value -> value.contains(key)))
                    .hasSize(1);
        });
        assertThat(servers.tunnels()).singleElement().satisfies(head -> {
            assertThat(head).startsWith("CONNECT " + servers.asked().get(0).host() + ":443 ");
            assertThat(head).doesNotContain(key);
        });
    }

    @Test
    void nothingChangesTheHostAKeyIsSentTo() {
        long seed = new Random().nextLong();
        System.out.println("Tries to change the host, seed " + seed);
        Random random = new Random(seed);
        Map<String, String> before = new java.util.HashMap<>();
        for (String name : List.of("openai.base.url", "OPENAI_BASE_URL", "anthropic.baseUrl", "http.nonProxyHosts")) {
            before.put(name, System.setProperty(name, "https://evil.example/" + random.nextInt()));
        }
        HttpProviderCheck check = check(PATIENT);
        Random answering = new Random(seed + 1);
        servers.answer(question -> {
            synchronized (answering) {
                String hostile = hostile(answering);
                return Reply.of(200 + answering.nextInt(400), hostile)
                        .with("Location", hostile.replaceAll("[\\r\\n]", ""))
                        .with("Refresh", "0; url=https://evil.example/")
                        .with("Alt-Svc", "h2=\"evil.example:443\"")
                        .with("Content-Location", "https://evil.example/")
                        .with("WWW-Authenticate", "Basic realm=\"https://evil.example\"")
                        .with("Link", "<https://evil.example/>; rel=canonical");
            }
        });
        int sent = 0;
        try {
            for (int i = 0; i < TRIES; i++) {
                Provider provider = Provider.values()[random.nextInt(3)];
                String hostile = hostile(random);
                String text = random.nextBoolean()
                        ? ApiKeys.text(provider, "canary" + i)
                        : ApiKeys.text(provider, "") + hostile;
                byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
                for (int at = 0; at < bytes.length; at++) {
                    bytes[at] = bytes[at] <= ' ' || bytes[at] > '~' ? (byte) '%' : bytes[at];
                }
                sent++;
                check.check(provider, ApiKey.take(bytes));
            }
        } finally {
            before.forEach((name, value) -> {
                if (value == null) {
                    System.clearProperty(name);
                } else {
                    System.setProperty(name, value);
                }
            });
        }

        Set<String> hosts = Set.of("api.openai.com", "api.anthropic.com", "api.unsplash.com");
        assertThat(sent).isEqualTo(TRIES);
        assertThat(servers.asked()).hasSizeGreaterThan(TRIES * 2 / 5).allSatisfy(asked -> {
            assertThat(hosts).contains(asked.host());
            assertThat(asked.target()).isIn("/v1/models", "/v1/models?limit=1", "/photos?per_page=1");
        });
        assertThat(servers.tunnels())
                .isNotEmpty()
                .allSatisfy(head ->
                        assertThat(hosts).anyMatch(host -> head.startsWith("CONNECT " + host + ":443 HTTP/1.1\r\n")));
    }

    private static String hostile(Random random) {
        String[] parts = {
            "https://evil.example",
            "@evil.example",
            ":443",
            "//",
            "\\",
            "..",
            "/",
            "?",
            "#",
            "%0d%0aHost: evil.example",
            "\r\nHost: evil.example",
            "http://169.254.169.254",
            "sk-",
            "api.openai.com.evil.example",
            " ",
            "\t",
            "a",
            "9"
        };
        StringBuilder text = new StringBuilder();
        int length = 1 + random.nextInt(6);
        for (int i = 0; i < length; i++) {
            text.append(parts[random.nextInt(parts.length)]);
        }
        return text.toString();
    }

    @Test
    void takesNoAddressFromAnybody() {
        assertThat(HttpProviderCheck.class.getConstructors())
                .singleElement()
                .satisfies(constructor ->
                        assertThat(constructor.getParameterCount()).isZero());
        assertThat(HttpProviderCheck.class.getDeclaredFields())
                .noneMatch(field -> field.getType() == java.net.URI.class);
    }

    @Test
    void whatIsNoKeyOfTheProviderIsNotSent() {
        HttpProviderCheck check = check(PATIENT);

        Verdict verdict = check.check(Provider.OPENAI, ApiKeys.of(ApiKeys.text(Provider.ANTHROPIC, "canary")));

        assertThat(verdict)
                .isEqualTo(new Verdict.Unknown(
                        "OpenAI was not asked, because this does not look like a key of it", Duration.ZERO));
        assertThat(servers.tunnels()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdk.httpclient.HttpClient.log",
                "jdk.internal.httpclient.debug",
                "jdk.internal.httpclient.disableHostnameVerification",
                "javax.net.debug"
            })
    void refusesToAskWhereTheJvmWouldPrintKeys(String property) {
        System.setProperty(property, "");
        try {
            assertThatExceptionOfType(UnsafeConnectionException.class)
                    .isThrownBy(HttpProviderCheck::new)
                    .withMessageContaining(property)
                    .withMessageContaining("take it away");
        } finally {
            System.clearProperty(property);
        }
    }

    @Test
    void anInterruptEndsTheQuestion() {
        servers.answer(question -> Reply.of(200, GOOD.get(Provider.OPENAI)));
        Thread.currentThread().interrupt();

        Verdict verdict = check(PATIENT).check(Provider.OPENAI, key(Provider.OPENAI));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(verdict.validity()).isEqualTo(Validity.UNKNOWN);
    }

    private void judged(HttpProviderCheck check, Provider provider, Verdict expected) {
        InMemoryKeyVault vault = new InMemoryKeyVault();
        var user = vault.addUser();
        String text = ApiKeys.text(provider, "canary");
        new UserKeys(vault).set(user, provider, ApiKeys.of(text));

        Verdict verdict =
                new KeyValidation(vault, check).validate(user, provider).orElseThrow();

        if (expected instanceof Verdict.Unknown unknown) {
            assertThat(verdict).isInstanceOfSatisfying(Verdict.Unknown.class, actual -> {
                assertThat(actual.retryAfter()).isEqualTo(unknown.retryAfter());
                assertThat(actual.reason()).startsWith(provider.title());
            });
        } else {
            assertThat(verdict).isEqualTo(expected);
        }
        assertThat(verdict.toString())
                .doesNotContain(text)
                .doesNotContain(Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII)));
        assertThat(vault.isActive(user)).isEqualTo(!(expected instanceof Verdict.Invalid));
        assertThat(vault.statuses(user).get(provider.ordinal()).lastValidatedAt() != null)
                .isEqualTo(expected instanceof Verdict.Valid);
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
