package dev.satchel.batchexport.store;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
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
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.auth.scheme.S3AuthSchemeParams;
import software.amazon.awssdk.services.s3.auth.scheme.S3AuthSchemeProvider;

/**
 * How to reach an S3 service.
 *
 * @param endpoint where it is; null for AWS itself
 * @param publicEndpoint where those who are given links reach it; null where that is the same
 * @param region the bucket's region; services other than AWS take any name, such as {@code us-east-1}
 * @param pathStyle whether the bucket is part of the path rather than of the host name, as most services other than AWS
 *     need it
 * @param checksums whether to add the checksums that AWS supports to every request; some other services refuse them
 * @param conditionalWrites whether to publish only where the name is free; some other services refuse the header, and
 *     names hold 128 random bits anyway
 * @param readBack whether to read every file back and compare it, rather than only those that the service gave no
 *     checksum for
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

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration SILENCE = Duration.ofSeconds(30);
    private static final Duration ATTEMPT = Duration.ofSeconds(60);
    private static final Duration CALL = Duration.ofMinutes(3);

    /**
     * Reads the address of a service.
     *
     * @throws IllegalArgumentException if it is no {@code http} or {@code https} address of a host and nothing more
     */
    public static URI endpoint(String text) {
        String expected = "expected an address such as https://s3.example.org";
        // What stands before the host would be a password.
        String shown = text.replaceFirst("//[^/]*@", "//***@");
        URI endpoint;
        try {
            endpoint = new URI(text);
        } catch (URISyntaxException malformed) {
            throw new IllegalArgumentException("'" + shown + "' is malformed: " + expected);
        }
        if (endpoint.getRawAuthority() != null && endpoint.getRawAuthority().contains("@")) {
            throw new IllegalArgumentException("'" + shown + "' holds a user name or a password: " + expected
                    + ", and the credentials in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
        }
        if (endpoint.getHost() == null
                || !("http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme()))) {
            throw new IllegalArgumentException("'" + shown + "' is not the address of an S3 service: " + expected
                    + (shown.contains("_") ? ", with a host name without '_'" : ""));
        }
        if (!List.of("", "/").contains(endpoint.getRawPath())
                || endpoint.getRawQuery() != null
                || endpoint.getRawFragment() != null) {
            throw new IllegalArgumentException("'" + shown + "' goes on after the host: " + expected
                    + ", and the bucket and its prefix in SATCHEL_STORE");
        }
        return endpoint;
    }

    /** A client that gives up on a service that stays silent, and tries again what may be tried again. */
    S3Client client() {
        return client(
                UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SILENCE));
    }

    S3Client client(SdkHttpClient.Builder<?> http) {
        return S3Client.builder()
                .region(Region.of(region))
                .endpointOverride(endpoint)
                .forcePathStyle(pathStyle)
                // Some services store the chunks' signatures as part of the file.
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
                .overrideConfiguration(override -> override.addExecutionInterceptor(new UnansweredRequests())
                        .retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                .retryOnException(S3Error::isWorthRepeating)
                                .build())
                        .apiCallAttemptTimeout(ATTEMPT)
                        .apiCallTimeout(CALL))
                .build();
    }

    // The signature covers the content over TLS too, which may end at a proxy.
    private static List<AuthSchemeOption> signingContent(S3AuthSchemeParams request) {
        return S3AuthSchemeProvider.defaultProvider().resolveAuthScheme(request).stream()
                .map(option -> option.toBuilder()
                        .putSignerProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, true)
                        .build())
                .toList();
    }
}
