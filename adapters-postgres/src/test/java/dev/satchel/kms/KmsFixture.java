package dev.satchel.kms;

import dev.satchel.UserId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.kms.KmsClient;

/** A KMS server in this process with one key, and clients of it. */
abstract class KmsFixture {

    static final UserId USER = new UserId(new UUID(1, 1));
    static final UUID DATA_KEY = new UUID(2, 2);

    static final AwsCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "SecretOfTheTest"));

    final KmsServer server = KmsServer.start();
    final AtomicLong clock = new AtomicLong();
    final List<KmsClient> clients = new ArrayList<>();
    String arn;
    AwsKmsKeyEncryptionKeys keys;

    @BeforeEach
    void makeAKey() {
        arn = server.addKey();
        keys = keys(arn, Duration.ofSeconds(10));
    }

    @AfterEach
    void close() {
        clients.forEach(KmsClient::close);
        server.close();
    }

    AwsKmsKeyEncryptionKeys keys(String keyArn, Duration patience) {
        return new AwsKmsKeyEncryptionKeys(client(CREDENTIALS), new KmsKeyArn(keyArn), patience, clock::get);
    }

    KmsClient client(AwsCredentialsProvider credentials) {
        // As often as the SDK tries by itself, without the waiting between.
        return client(
                credentials,
                AwsRetryStrategy.standardRetryStrategy().toBuilder()
                        .backoffStrategy(BackoffStrategy.retryImmediately())
                        .throttlingBackoffStrategy(BackoffStrategy.retryImmediately())
                        .build());
    }

    KmsClient client(AwsCredentialsProvider credentials, RetryStrategy retries) {
        KmsClient client = KmsClient.builder()
                .region(Region.EU_CENTRAL_1)
                .endpointOverride(server.endpoint())
                .credentialsProvider(credentials)
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .overrideConfiguration(override -> override.retryStrategy(retries))
                .build();
        clients.add(client);
        return client;
    }

    static byte[] dataKey() {
        return "0123456789CanaryOfTheDataKey0123".getBytes(StandardCharsets.US_ASCII);
    }

    void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }
}
