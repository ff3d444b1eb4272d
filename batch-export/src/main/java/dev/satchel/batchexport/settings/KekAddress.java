package dev.satchel.batchexport.settings;

import dev.satchel.batchexport.store.s3.S3Connection;
import dev.satchel.batchexport.terminal.UsageException;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.kms.AwsKmsKeyEncryptionKeys;
import dev.satchel.kms.KmsKeyArn;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.KmsClientBuilder;

/** Where the key-encryption keys are, as {@code SATCHEL_KEK} says it: in a file or in AWS KMS. */
public sealed interface KekAddress {

    /** What every refusal says is allowed. */
    String EXPECTED = "expected file:/path, which 'satchel keys init' makes, or"
            + " aws-kms:arn:aws:kms:REGION:ACCOUNT:key/ID, a symmetric key in AWS KMS";

    /**
     * Reads the setting's text.
     *
     * @param setting what the setting is called, for messages
     * @throws IllegalArgumentException if it is missing or malformed; the message says what is allowed
     */
    static KekAddress parse(String setting, @Nullable String text) {
        if (text == null || text.isBlank()) {
            throw new IllegalArgumentException(setting + " is not set: " + EXPECTED);
        }
        if (text.startsWith("file:/") && !text.endsWith("/")) {
            return File.parse(setting, text);
        }
        if (text.startsWith("aws-kms:")) {
            return AwsKms.parse(setting, text);
        }
        // The text is not repeated: it may be the key itself, set here by mistake.
        throw new IllegalArgumentException(setting + " is malformed: " + EXPECTED);
    }

    /**
     * Opens the keys.
     *
     * @param settings where AWS KMS is and who to be for it; asked for AWS KMS only
     * @throws IllegalStateException if a file is missing or unsafe; of AWS KMS nothing is asked yet
     * @throws UsageException if AWS KMS is to be reached where secrets must not be sent to
     */
    KeyEncryptionKeys open(Settings settings);

    /** A file that {@code satchel keys init} makes. */
    record File(Path path) implements KekAddress {

        private static File parse(String setting, String text) {
            try {
                return new File(Path.of(text.substring("file:".length()).replaceFirst("^/+", "/")));
            } catch (InvalidPathException malformed) {
                throw new IllegalArgumentException(setting + " is malformed: " + EXPECTED, malformed);
            }
        }

        @Override
        public FileKeyEncryptionKeys open(Settings settings) {
            return FileKeyEncryptionKeys.open(path);
        }
    }

    /** A key in AWS KMS, which is in the region that its ARN names. */
    record AwsKms(KmsKeyArn key) implements KekAddress {

        private static final String ELSEWHERE = "AWS_ENDPOINT_URL, a system property or the AWS profile";
        private static final Duration CONNECT = Duration.ofSeconds(3);
        private static final Duration SILENCE = Duration.ofSeconds(5);

        private static AwsKms parse(String setting, String text) {
            try {
                return new AwsKms(new KmsKeyArn(text.substring("aws-kms:".length())));
            } catch (IllegalArgumentException refused) {
                throw new IllegalArgumentException(
                        setting + " is malformed: " + refused.getMessage() + " (" + EXPECTED + ")", refused);
            }
        }

        @Override
        public AwsKmsKeyEncryptionKeys open(Settings settings) {
            KmsClient client;
            try {
                // The client lives as long as the process. Other settings of its endpoint it reads itself.
                client = builder(settings.aws()).build();
            } catch (UsageException refused) {
                throw refused;
            } catch (RuntimeException malformed) {
                throw new UsageException(S3Connection.unreadable(ELSEWHERE));
            }
            try {
                return new AwsKmsKeyEncryptionKeys(client, key);
            } catch (IllegalArgumentException refused) {
                client.close();
                throw new UsageException(refused.getMessage() + "; the SDK of AWS was told of it by " + ELSEWHERE);
            }
        }

        private KmsClientBuilder builder(AwsSettings aws) {
            return KmsClient.builder()
                    .region(Region.of(key.region()))
                    .endpointOverride(aws.endpoint("AWS_ENDPOINT_URL_KMS"))
                    .credentialsProvider(aws.credentials())
                    .httpClientBuilder(UrlConnectionHttpClient.builder()
                            .connectionTimeout(CONNECT)
                            .socketTimeout(SILENCE))
                    .overrideConfiguration(override -> override.retryStrategy(RetryMode.STANDARD));
        }
    }
}
