package dev.satchel.batchexport.store.s3;

import dev.satchel.Endpoint;
import dev.satchel.batchexport.store.http.IdleTimeoutHttpClient;
import dev.satchel.batchexport.store.http.IdleTimeouts;
import dev.satchel.batchexport.store.s3.request.RequestAborts;
import dev.satchel.batchexport.store.s3.request.UnansweredRequestCounter;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.scheme.AuthSchemeOption;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.auth.scheme.S3AuthSchemeParams;
import software.amazon.awssdk.services.s3.auth.scheme.S3AuthSchemeProvider;

/**
 * The settings for reaching an S3 service.
 *
 * @param region the bucket's region; services other than AWS take any name, such as {@code us-east-1}
 * @param customizer is given the builder of a client last. Links are signed with the other settings
 */
public record S3Connection(
        S3Options options, String region, AwsCredentialsProvider credentials, Consumer<S3ClientBuilder> customizer) {

    private static final String ELSEWHERE =
            "AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, a system property or the AWS profile";
    private static final Duration CONNECT = Duration.ofSeconds(5);

    /** The last limit of a request that makes progress; {@link IdleTimeouts} ends one that does not. */
    private static final Duration ATTEMPT = Duration.ofMinutes(20);

    private static final Duration CALL = Duration.ofHours(1);

    /** The settings without a customizer. */
    public S3Connection(S3Options options, String region, AwsCredentialsProvider credentials) {
        this(options, region, credentials, client -> {});
    }

    /**
     * Creates a client with timeouts and retries. The caller closes it.
     *
     * @throws IllegalArgumentException if the endpoint comes from another setting of the AWS SDK and is not an {@link
     *     Endpoint}
     */
    public S3Client client() {
        return client(IdleTimeouts.DEFAULT);
    }

    /** The same for a store that may be silent for as long as {@code timeouts} says. */
    S3Client client(IdleTimeouts timeouts) {
        return client(IdleTimeoutHttpClient.over(
                UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(timeouts.first()),
                timeouts));
    }

    public S3Client client(SdkHttpClient.Builder<?> http) {
        S3Client client;
        try {
            S3ClientBuilder builder = builder(http);
            customizer.accept(builder);
            client = builder.build();
        } catch (RuntimeException malformed) {
            throw new IllegalArgumentException(unreadable(ELSEWHERE), malformed);
        }
        try {
            client.serviceClientConfiguration().endpointOverride().ifPresent(Endpoint::new);
            return client;
        } catch (IllegalArgumentException refused) {
            client.close();
            throw new IllegalArgumentException(
                    "the endpoint of the store is refused: " + refused.getMessage() + "; it comes from " + ELSEWHERE,
                    refused);
        }
    }

    /** The error message for a setting that the AWS SDK cannot read; the SDK does not always say which one. */
    public static String unreadable(String elsewhere) {
        return "the SDK of AWS cannot read its settings: correct or unset what is malformed among "
                + System.getenv().keySet().stream()
                        .filter(name -> name.startsWith("AWS_"))
                        .sorted()
                        .collect(Collectors.joining(", "))
                + " and " + elsewhere;
    }

    private S3ClientBuilder builder(SdkHttpClient.Builder<?> http) {
        boolean checksums = options.checksums() == S3Options.Checksums.WHEN_SUPPORTED;
        return S3Client.builder()
                .region(Region.of(region))
                .endpointOverride(options.address())
                .forcePathStyle(options.isPathStyle())
                // With chunked encoding, some services store the chunk signatures as part of the file.
                .serviceConfiguration(
                        S3Configuration.builder().chunkedEncodingEnabled(false).build())
                .authSchemeProvider(S3Connection::signingContent)
                .credentialsProvider(credentials)
                .requestChecksumCalculation(
                        checksums
                                ? RequestChecksumCalculation.WHEN_SUPPORTED
                                : RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(
                        checksums
                                ? ResponseChecksumValidation.WHEN_SUPPORTED
                                : ResponseChecksumValidation.WHEN_REQUIRED)
                .httpClientBuilder(RequestAborts.client(http))
                .overrideConfiguration(override -> override.addExecutionInterceptor(new UnansweredRequestCounter())
                        .retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                .retryOnException(S3Error::isWorthRepeating)
                                .build())
                        .apiCallAttemptTimeout(ATTEMPT)
                        .apiCallTimeout(CALL));
    }

    // Also over TLS, the signature covers the content, because TLS may end at a proxy.
    private static List<AuthSchemeOption> signingContent(S3AuthSchemeParams request) {
        return S3AuthSchemeProvider.defaultProvider().resolveAuthScheme(request).stream()
                .map(option -> option.toBuilder()
                        .putSignerProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, true)
                        .build())
                .toList();
    }
}
