package dev.satchel.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.satchel.keys.encryption.WrappedKey;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;

/** What an attacker in the place of KMS cannot do. */
class KmsImpostorTest extends KmsFixture {

    @Nested
    class InThePlaceOfKms {

        static Stream<Arguments> answersThatTellTheDataKey() {
            byte[] key = dataKey();
            byte[] half = Arrays.copyOfRange(key, 10, 26);
            byte[] around = new byte[300];
            Arrays.fill(around, (byte) 0xa5);
            System.arraycopy(key, 0, around, 137, key.length);
            byte[] partly = new byte[60];
            System.arraycopy(half, 0, partly, 60 - half.length, half.length);
            String hex = HexFormat.of().formatHex(key);
            return Stream.of(
                    Arguments.of("the data key itself", key),
                    Arguments.of("the data key within more", around),
                    Arguments.of("half of it at the end", partly),
                    Arguments.of("hexadecimal", ascii("0x" + hex)),
                    Arguments.of("capital hexadecimal", ascii(hex.toUpperCase(Locale.ROOT))),
                    Arguments.of("base64", ascii("mock:" + Base64.getEncoder().encodeToString(key))),
                    Arguments.of("base64 for URLs", ascii(Base64.getUrlEncoder().encodeToString(key))));
        }

        private static byte[] ascii(String text) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("answersThatTellTheDataKey")
        void refusesACiphertextThatRevealsTheDataKey(String name, byte[] ciphertext) {
            server.tamper("Encrypt", (request, answer) -> {
                answer.put("CiphertextBlob", Base64.getEncoder().encodeToString(ciphertext));
                return answer;
            });

            refused(
                    () -> keys.wrap(dataKey(), USER, DATA_KEY),
                    "kms:Encrypt",
                    "the answer holds the data key unencrypted");
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 6145, 100_000})
        void refusesACiphertextOfImpossibleLength(int length) {
            server.tamper("Encrypt", (request, answer) -> {
                answer.put("CiphertextBlob", Base64.getEncoder().encodeToString(new byte[length]));
                return answer;
            });

            refused(
                    () -> keys.wrap(dataKey(), USER, DATA_KEY),
                    "kms:Encrypt",
                    "the answer has " + length + " bytes, but AWS KMS returns 1 to 6144");
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 4097, 100_000})
        void refusesAPlaintextOfImpossibleLength(int length) {
            WrappedKey wrapped = keys.wrap(dataKey(), USER, DATA_KEY);
            server.tamper("Decrypt", (request, answer) -> {
                answer.put("Plaintext", Base64.getEncoder().encodeToString(new byte[length]));
                return answer;
            });

            refused(
                    () -> keys.unwrap(wrapped, USER, DATA_KEY),
                    "kms:Decrypt",
                    "the answer has " + length + " bytes, but AWS KMS returns 1 to 4096");
        }

        @ParameterizedTest
        @CsvSource({
            "Encrypt, CiphertextBlob, 'the answer has 0 bytes, but AWS KMS returns 1 to 6144'",
            "Encrypt, KeyId, the answer names no key",
            "Decrypt, Plaintext, 'the answer has 0 bytes, but AWS KMS returns 1 to 4096'",
            "Decrypt, KeyId, the answer names no key",
            "DescribeKey, KeyMetadata, the answer names no key"
        })
        void refusesAnIncompleteAnswer(String operation, String member, String why) {
            WrappedKey wrapped = keys.wrap(dataKey(), USER, DATA_KEY);
            server.tamper(operation, (request, answer) -> {
                answer.remove(member);
                return answer;
            });

            refused(() -> ask(operation, wrapped), "kms:" + operation, why);
        }

        @ParameterizedTest
        @ValueSource(strings = {"Encrypt", "Decrypt"})
        void refusesAnAnswerAboutAnotherKey(String operation) {
            WrappedKey wrapped = keys.wrap(dataKey(), USER, DATA_KEY);
            String other = server.addKey();
            server.tamper(operation, (request, answer) -> {
                answer.put("KeyId", other);
                return answer;
            });

            refused(() -> ask(operation, wrapped), "kms:" + operation, "the answer is about another key");
        }

        @ParameterizedTest
        @CsvSource({"Arn, the answer is about another key", "CurrentKeyMaterialId, the answer names no key material"})
        void refusesADescriptionOfAnotherKind(String member, String why) {
            server.tamper("DescribeKey", (request, answer) -> {
                Map<String, Object> metadata = new HashMap<>();
                ((Map<?, ?>) answer.get("KeyMetadata"))
                        .forEach((name, value) -> metadata.put(String.valueOf(name), value));
                metadata.put(member, "\u001b[31m");
                answer.put("KeyMetadata", metadata);
                return answer;
            });

            refused(keys::primaryId, "kms:DescribeKey", why);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"http://kms.example.org", "http://10.1.2.3:4566", "ftp://127.0.0.1", "https://u:p@127.0.0.1"
                })
        void aClientThatSendsElsewhereIsRefused(String endpoint) {
            try (KmsClient client = KmsClient.builder()
                    .region(Region.EU_CENTRAL_1)
                    .endpointOverride(URI.create(endpoint))
                    .credentialsProvider(CREDENTIALS)
                    .httpClientBuilder(UrlConnectionHttpClient.builder())
                    .build()) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> new AwsKmsKeyEncryptionKeys(client, new KmsKeyArn(arn)))
                        .withMessageStartingWith("the endpoint of AWS KMS is refused: ");
            }
        }

        @Test
        void anEndpointOfTheJvmIsHeldToTheSameRule() {
            System.setProperty("aws.endpointUrl", "http://kms.example.org");
            try (KmsClient client = KmsClient.builder()
                    .region(Region.EU_CENTRAL_1)
                    .credentialsProvider(CREDENTIALS)
                    .httpClientBuilder(UrlConnectionHttpClient.builder())
                    .build()) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> new AwsKmsKeyEncryptionKeys(client, new KmsKeyArn(arn)))
                        .withMessageContaining("http:// to kms.example.org is not encrypted, so others could read");
            } finally {
                System.clearProperty("aws.endpointUrl");
            }
        }

        private Object ask(String operation, WrappedKey wrapped) {
            return switch (operation) {
                case "Encrypt" -> keys.wrap(dataKey(), USER, DATA_KEY);
                case "Decrypt" -> keys.unwrap(wrapped, USER, DATA_KEY);
                default -> {
                    pass(Duration.ofMinutes(2));
                    yield keys.primaryId();
                }
            };
        }

        private void refused(Callable<?> call, String action, String why) {
            UnusableKeyException refused = catchThrowableOfType(UnusableKeyException.class, call::call);

            assertThat(refused)
                    .hasMessage("AWS KMS did not do " + action + " with the key " + arn + ": " + why
                            + ", so another server than AWS KMS answered: check AWS_ENDPOINT_URL_KMS if it is set, and "
                            + "the certificates that this machine trusts")
                    .hasNoCause();
        }
    }
}
