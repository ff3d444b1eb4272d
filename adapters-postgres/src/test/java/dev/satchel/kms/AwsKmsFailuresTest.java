package dev.satchel.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.satchel.keys.encryption.WrappedKey;
import dev.satchel.kms.KmsServer.Fault;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.SystemPropertyCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;

/** What the program says where KMS refuses, fails or does not answer. */
class AwsKmsFailuresTest extends KmsFixture {

    @Nested
    class Failing {

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                ACCESS_DENIED   | access is denied: allow ACTION in the key's policy or an IAM policyCONTEXT (400 AccessDeniedException, request ID)
                BAD_CREDENTIALS | the AWS credentials are wrong or have expired: check them, and this machine's clock (400 UnrecognizedClientException, request ID)
                DISABLED        | the key is disabled, or waits for its deletion or its material: enable it, or cancel the deletion (400 KMSInvalidStateException, request ID)
                INTERNAL        | it is not available: try again later (500 KMSInternalException, request ID)
                THROTTLED       | there were too many requests: try again later, or have the account's quota raised (400 ThrottlingException, request ID)
                UNHEARD_OF      | it refused the request (400 MoonPhaseException, request ID)
                """)
        void saysWhatWasRefusedAndWhatToDo(Fault fault, String why) {
            WrappedKey wrapped = keys.wrap(dataKey(), USER, DATA_KEY);
            server.fail("Decrypt", fault);
            server.fail("Encrypt", fault);
            server.fail("DescribeKey", fault);
            String context = "; a condition on the encryption context may name satchel:user and satchel:data-key";

            refused(
                    () -> keys.unwrap(wrapped, USER, DATA_KEY),
                    "kms:Decrypt",
                    why.replace("ACTION", "kms:Decrypt").replace("CONTEXT", context));
            refused(
                    () -> keys.wrap(dataKey(), USER, DATA_KEY),
                    "kms:Encrypt",
                    why.replace("ACTION", "kms:Encrypt").replace("CONTEXT", context));
            pass(Duration.ofMinutes(1));
            refused(
                    () -> keys.primaryId(),
                    "kms:DescribeKey",
                    why.replace("ACTION", "kms:DescribeKey").replace("CONTEXT", ""));

            server.recover();
            assertThat(keys.unwrap(wrapped, USER, DATA_KEY)).isEqualTo(dataKey());
        }

        @Test
        void retriesTemporaryFailures() {
            WrappedKey wrapped = keys.wrap(dataKey(), USER, DATA_KEY);
            server.fail("Decrypt", Fault.INTERNAL);
            assertThatExceptionOfType(UnusableKeyException.class)
                    .isThrownBy(() -> keys.unwrap(wrapped, USER, DATA_KEY));

            assertThat(server.calls("Decrypt")).isEqualTo(3);
        }

        @Test
        void saysThatThereIsNoSuchKey() {
            String missing = "arn:aws:kms:eu-central-1:123456789012:key/missing";

            assertThatExceptionOfType(UnusableKeyException.class)
                    .isThrownBy(() -> keys(missing, Duration.ofSeconds(10)).primaryId())
                    .withMessageStartingWith("AWS KMS did not do kms:DescribeKey with the key " + missing
                            + ": there is no such key: check the region, the account and the id in the ARN");
        }

        @Test
        void saysThatAKeyIsOfTheWrongKind() {
            String wrong = server.addKey("RSA_4096", "ENCRYPT_DECRYPT", false);

            assertThatExceptionOfType(UnusableKeyException.class)
                    .isThrownBy(() -> keys(wrong, Duration.ofSeconds(10)).wrap(dataKey(), USER, DATA_KEY))
                    .withMessage("AWS KMS knows the key " + wrong + ", but it is not a symmetric key for encryption: "
                            + "create one with the key spec SYMMETRIC_DEFAULT and use that");
            assertThat(server.calls("Encrypt")).isZero();
        }

        @Test
        void givesUpOnASilentServer() {
            WrappedKey wrapped = keys.wrap(dataKey(), USER, DATA_KEY);
            server.fail("Decrypt", Fault.HANGING);

            refused(
                    () -> keys(arn, Duration.ofSeconds(1)).unwrap(wrapped, USER, DATA_KEY),
                    "kms:Decrypt",
                    "no answer came within 1 seconds: check the network, and AWS_ENDPOINT_URL_KMS if it is set");
        }

        @Test
        void givesUpOnASilentServerHoweverOftenTheClientTries() {
            RetryStrategy stubborn = AwsRetryStrategy.standardRetryStrategy().toBuilder()
                    .maxAttempts(30)
                    .backoffStrategy(BackoffStrategy.retryImmediately())
                    .build();
            AwsKmsKeyEncryptionKeys impatient = new AwsKmsKeyEncryptionKeys(
                    client(CREDENTIALS, stubborn), new KmsKeyArn(arn), Duration.ofSeconds(1), clock::get);
            server.fail("DescribeKey", Fault.HANGING);

            assertThatExceptionOfType(UnusableKeyException.class).isThrownBy(impatient::primaryId);

            // Each attempt takes two fifths of a second.
            assertThat(server.calls("DescribeKey")).isBetween(1, 3);
        }

        @Test
        void saysThatTheServerCannotBeReached() {
            WrappedKey wrapped = keys.wrap(dataKey(), USER, DATA_KEY);
            server.close();

            refused(
                    () -> keys.unwrap(wrapped, USER, DATA_KEY),
                    "kms:Decrypt",
                    "no valid answer came (ConnectException): check the network, and AWS_ENDPOINT_URL_KMS"
                            + " if it is set");
        }

        @Test
        void saysThatThereAreNoCredentials() {
            AwsCredentialsProvider none = AwsCredentialsProviderChain.of(SystemPropertyCredentialsProvider.create());
            AwsKmsKeyEncryptionKeys lonely = new AwsKmsKeyEncryptionKeys(client(none), new KmsKeyArn(arn));

            refused(
                    lonely::primaryId,
                    "kms:DescribeKey",
                    "no AWS credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the"
                            + " process a role");
        }

        @ParameterizedTest
        @EnumSource(Fault.class)
        void repeatsNothingSecret(Fault fault) {
            AwsKmsKeyEncryptionKeys impatient = keys(arn, Duration.ofSeconds(fault == Fault.HANGING ? 1 : 10));
            WrappedKey wrapped = impatient.wrap(dataKey(), USER, DATA_KEY);
            server.fail("Encrypt", fault);
            server.fail("Decrypt", fault);

            Throwable wrapping =
                    catchThrowableOfType(UnusableKeyException.class, () -> impatient.wrap(dataKey(), USER, DATA_KEY));
            Throwable unwrapping =
                    catchThrowableOfType(UnusableKeyException.class, () -> impatient.unwrap(wrapped, USER, DATA_KEY));

            for (String text : List.of(everything(wrapping), everything(unwrapping))) {
                assertThat(text).contains(arn).doesNotContain("SecretOfTheTest");
                for (byte[] secret : List.of(dataKey(), wrapped.bytes())) {
                    assertThat(text)
                            .doesNotContain(new String(secret, StandardCharsets.ISO_8859_1))
                            .doesNotContain(
                                    Base64.getEncoder().encodeToString(secret).substring(0, 20))
                            .doesNotContainIgnoringCase(
                                    HexFormat.of().formatHex(secret).substring(0, 20));
                }
            }
        }

        @Test
        void doesNotCallKmsBeforeItIsNeeded() {
            server.close();

            assertThatCode(() -> keys(arn, Duration.ofSeconds(1))).doesNotThrowAnyException();
        }

        private void refused(Callable<?> call, String action, String why) {
            UnusableKeyException refused = catchThrowableOfType(UnusableKeyException.class, call::call);

            assertThat(refused.getMessage().replaceFirst("request [0-9a-f-]{36}", "request ID"))
                    .isEqualTo("AWS KMS did not do " + action + " with the key " + arn + ": " + why);
            assertThat(refused).hasNoCause();
        }

        private static String everything(Throwable thrown) {
            StringWriter text = new StringWriter();
            thrown.printStackTrace(new PrintWriter(text, true));
            return text.toString();
        }
    }
}
