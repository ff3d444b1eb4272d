package dev.satchel.provider;

import dev.satchel.keys.ApiKey;
import dev.satchel.keys.Provider;
import dev.satchel.keys.Verdict;
import dev.satchel.keys.validation.ProviderCheck;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * Asks the providers over HTTPS, as the description of this package says; an answer has five seconds to arrive whole.
 *
 * <p>Nothing of the key, and nothing of what the provider wrote, gets into a verdict. Safe for use by many threads; one
 * is enough for a process, and it needs no closing: its threads are daemons.
 */
public final class HttpProviderCheck implements ProviderCheck {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** OpenAI lists a hundred models in about 15 kB, and an organization may have thousands of its own. */
    private static final int MOST_BYTES = 4 * 1024 * 1024;

    /** The JDK prints headers, and so keys, when these are set, or stops looking at whom it talks to. */
    private static final List<String> DANGEROUS_PROPERTIES = List.of(
            "jdk.httpclient.HttpClient.log",
            "jdk.internal.httpclient.debug",
            "jdk.internal.httpclient.disableHostnameVerification",
            "javax.net.debug");

    private final HttpClient client;
    private final Duration timeout;
    private final InstantSource clock;

    /**
     * Uses the JVM's proxies and trusted certificates.
     *
     * @throws UnsafeConnectionException if the JVM was told to print what it sends, or not to look at host names
     */
    public HttpProviderCheck() {
        this(builder().build(), TIMEOUT, InstantSource.system());
    }

    HttpProviderCheck(HttpClient client, Duration timeout, InstantSource clock) {
        for (String property : DANGEROUS_PROPERTIES) {
            if (System.getProperty(property) != null) {
                throw new UnsafeConnectionException("the system property " + property
                        + " is set, with which the JVM could print keys or send them to another host: take it away to"
                        + " ask providers about keys");
            }
        }
        this.client = client;
        this.timeout = timeout;
        this.clock = clock;
    }

    /** With what keeps keys from going elsewhere, and nothing more. */
    static HttpClient.Builder builder() {
        SSLParameters tls = new SSLParameters();
        tls.setEndpointIdentificationAlgorithm("HTTPS");
        return HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(TIMEOUT)
                .sslParameters(tls);
    }

    @Override
    public Verdict check(Provider provider, ApiKey key) {
        try {
            provider.requireKeyOf(key);
        } catch (IllegalArgumentException e) {
            // Not sent: it may hold a line break, and be another provider's.
            return unknown(provider.title() + " was not asked, because this does not look like a key of it");
        }
        HttpRequest question = ProviderApi.of(provider).question(key, timeout);
        CompletableFuture<HttpResponse<byte[]>> answer =
                client.sendAsync(question, headers -> new LimitedBody(MOST_BYTES));
        try {
            // The request's own timeout ends with the headers; this one holds for the body too.
            return answer(answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS)).verdict(provider, clock);
        } catch (TimeoutException e) {
            return resting(provider.title() + " did not answer in time");
        } catch (ExecutionException e) {
            return failed(provider, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return unknown(provider.title() + " was not heard out, because the program is stopping");
        } finally {
            answer.cancel(true);
        }
    }

    private static Answer answer(HttpResponse<byte[]> response) {
        return new Answer(
                response.statusCode(),
                response.headers().firstValue("Retry-After"),
                response.headers()
                        .firstValue("X-Ratelimit-Remaining")
                        .filter("0"::equals)
                        .isPresent(),
                body(response));
    }

    // A proxy that wants a login has no body for the client, whatever it wrote.
    private static String body(HttpResponse<byte[]> response) {
        byte @Nullable [] body = response.body();
        return body == null ? "" : new String(body, StandardCharsets.UTF_8);
    }

    private static Verdict failed(Provider provider, @Nullable Throwable failure) {
        if (failure instanceof HttpTimeoutException) {
            return resting(provider.title() + " did not answer in time");
        }
        if (failure instanceof SSLException) {
            return resting(provider.title() + " did not prove who it is: TLS failed");
        }
        if (failure instanceof IOException) {
            return resting(provider.title() + " could not be reached, or broke off its answer");
        }
        return unknown(provider.title() + " could not be asked");
    }

    // Says nothing about this key, and most likely the same would happen to the next one.
    private static Verdict resting(String reason) {
        return new Verdict.Unknown(reason, Answer.SHORT_REST);
    }

    private static Verdict unknown(String reason) {
        return new Verdict.Unknown(reason, Duration.ZERO);
    }
}
