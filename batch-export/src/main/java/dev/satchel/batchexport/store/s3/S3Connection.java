package dev.satchel.batchexport.store.s3;

import dev.satchel.Endpoint;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
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
 * @param endpoint the {@link Endpoint} of the service; null for AWS, or for an endpoint configured in the AWS SDK
 * @param publicEndpoint the {@link Endpoint} for links, if users reach the service elsewhere; otherwise null
 * @param region the region of the bucket; services other than AWS accept any name, such as {@code us-east-1}
 * @param pathStyle whether the bucket is in the path instead of the host name; most services other than AWS require it
 * @param checksums whether to add AWS's newer checksums to every request; some other services refuse them
 * @param conditionalWrites whether to publish with the condition that the name is free (If-None-Match); some services
 *     refuse the header, and names hold 128 random bits in any case
 * @param readBack whether to read back and compare every file, instead of only those without a checksum from the
 *     service
 */
public record S3Connection(
        @Nullable URI endpoint,
        @Nullable URI publicEndpoint,
        String region,
        boolean pathStyle,
        boolean checksums,
        boolean conditionalWrites,
        boolean readBack,
        AwsCredentialsProvider credentials) {

    private static final String ELSEWHERE =
            "AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, a system property or the AWS profile";
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration SILENCE = Duration.ofSeconds(30);
    private static final Duration ATTEMPT = Duration.ofSeconds(60);
    private static final Duration CALL = Duration.ofMinutes(3);

    public S3Connection {
        endpoint = checked("SATCHEL_S3_ENDPOINT", endpoint);
        publicEndpoint = checked("SATCHEL_S3_PUBLIC_ENDPOINT", publicEndpoint);
    }

    private static @Nullable URI checked(String setting, @Nullable URI address) {
        if (address == null) {
            return null;
        }
        URI endpoint = new Endpoint(address).uri();
        if (!List.of("", "/").contains(endpoint.getRawPath())) {
            throw new IllegalArgumentException(setting + " is refused: a path follows the host: " + Endpoint.EXPECTED
                    + ", and the bucket and its prefix in SATCHEL_STORE");
        }
        return endpoint;
    }

    /**
     * Creates a client with timeouts and retries. The caller closes it.
     *
     * @throws IllegalArgumentException if the endpoint comes from another setting of the AWS SDK and is not an {@link
     *     Endpoint}
     */
    public S3Client client() {
        return client(
                UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SILENCE));
    }

    public S3Client client(SdkHttpClient.Builder<?> http) {
        S3Client client;
        try {
            client = builder(http).build();
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
        return S3Client.builder()
                .region(Region.of(region))
                .endpointOverride(endpoint)
                .forcePathStyle(pathStyle)
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
                .httpClientBuilder(http)
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
