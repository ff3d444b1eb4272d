package dev.satchel.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.satchel.UserId;
import dev.satchel.keys.encryption.BrokenSealException;
import dev.satchel.keys.encryption.UnknownKeyEncryptionKeyException;
import dev.satchel.keys.encryption.WrappedKey;
import dev.satchel.kms.KmsServer.Fault;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.auth.credentials.SystemPropertyCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.kms.KmsClient;

class AwsKmsKeyEncryptionKeysTest {

    private static final UserId USER = new UserId(new UUID(1, 1));
    private static final UUID DATA_KEY = new UUID(2, 2);
    private static final AwsCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "SecretOfTheTest"));

    private final KmsServer server = KmsServer.start();
    private final AtomicLong clock = new AtomicLong();
    private final List<KmsClient> clients = new ArrayList<>();
    private String arn;
    private AwsKmsKeyEncryptionKeys keys;

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

    private AwsKmsKeyEncryptionKeys keys(String keyArn, Duration patience) {
        return new AwsKmsKeyEncryptionKeys(client(CREDENTIALS), new KmsKeyArn(keyArn), patience, clock::get);
    }

    private KmsClient client(AwsCredentialsProvider credentials) {
        return client(credentials, AwsRetryStrategy.standardRetryStrategy());
    }

    private KmsClient client(AwsCredentialsProvider credentials, RetryStrategy retries) {
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

    private static byte[] dataKey() {
        return "0123456789CanaryOfTheDataKey0123".getBytes(StandardCharsets.US_ASCII);
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    @Nested
    class Wrapping {

        @Test
        void unwrapsWhatWasWrapped() {
            byte[] dataKey = dataKey();

            WrappedKey wrapped = keys.wrap(dataKey, USER, DATA_KEY);

            assertThat(keys.unwrap(wrapped, USER, DATA_KEY)).isEqualTo(dataKey());
            assertThat(keys(arn, Duration.ofSeconds(10)).unwrap(wrapped, USER, DATA_KEY))
                    .isEqualTo(dataKey());
            assertThat(dataKey).isEqualTo(dataKey());
            assertThat(new String(wrapped.bytes(), StandardCharsets.ISO_8859_1)).doesNotContain("Canary");
        }

        @Test
        void tellsKmsWhoseAndWhichDataKeyItIs() {
            keys.unwrap(keys.wrap(dataKey(), USER, DATA_KEY), USER, DATA_KEY);

            assertThat(server.contexts())
                    .hasSize(2)
                    .containsOnly(Map.of(
                            "satchel:user",
                            "00000000-0000-0001-0000-000000000001",
                            "satchel:data-key",
                            "00000000-0000-0002-0000-000000000002"));
        }

        @Test
        void unwrapsForNobodyElse() {
            WrappedKey wrapped = keys.wrap(dataKey(), USER, DATA_KEY);

            assertThatExceptionOfType(BrokenSealException.class)
                    .isThrownBy(() -> keys.unwrap(wrapped, new UserId(new UUID(1, 2)), DATA_KEY))
                    .withNoCause();
            assertThatExceptionOfType(BrokenSealException.class)
                    .isThrownBy(() -> keys.unwrap(wrapped, USER, new UUID(2, 3)))
                    .withNoCause();
            assertThatExceptionOfType(BrokenSealException.class)
                    .isThrownBy(() -> keys.unwrap(wrapped, new UserId(DATA_KEY), USER.value()));
        }

        @Test
        void refusesEveryChangedByte() {
            WrappedKey wrapped = keys.wrap(dataKey(), USER, DATA_KEY);
            byte[] bytes = wrapped.bytes();
            for (int i = 0; i < bytes.length; i++) {
                byte[] changed = bytes.clone();
                changed[i] ^= 1;
                assertThatExceptionOfType(BrokenSealException.class)
                        .isThrownBy(
                                () -> keys.unwrap(new WrappedKey(wrapped.keyEncryptionKey(), changed), USER, DATA_KEY));
            }
        }

        @Test
        void refusesWhatAnotherKeyWrappedUnderThisOnesName() {
            WrappedKey other = keys(server.addKey(), Duration.ofSeconds(10)).wrap(dataKey(), USER, DATA_KEY);

            assertThatExceptionOfType(BrokenSealException.class)
                    .isThrownBy(() -> keys.unwrap(new WrappedKey(keys.primaryId(), other.bytes()), USER, DATA_KEY));
        }

        @ParameterizedTest
        @CsvSource({
            "file:1",
            "aws-kms:arn:aws:kms:eu-central-1:123456789012:key/another#00",
            "aws-kms:%s0",
            "aws-kms:%s0#00",
            "aws-kms-%s",
            "%s"
        })
        void saysWhichKeyIsMissingWithoutAskingKms(String pattern) {
            String id = pattern.formatted(arn);

            assertThatExceptionOfType(UnknownKeyEncryptionKeyException.class)
                    .isThrownBy(() -> keys.unwrap(new WrappedKey(id, new byte[60]), USER, DATA_KEY))
                    .withMessage("a data key is wrapped by the key-encryption key " + id
                            + ", which is not among those given to this process");
            assertThat(server.calls("Decrypt")).isZero();
        }

        @ParameterizedTest
        @CsvSource({
            "aws-kms:%s, true",
            "aws-kms:%s#00, true",
            "aws-kms:%s0, false",
            "%s, false",
            "aws-kms:arn:aws:kms:eu-central-1:123456789012:key/another#00, false",
            "file:1, false"
        })
        void holdsItsOwnKeyAloneWithWhicheverMaterial(String pattern, boolean isItsOwn) {
            assertThat(keys.holds(pattern.formatted(arn))).isEqualTo(isItsOwn);
            assertThat(keys.holds(keys.primaryId())).isTrue();
        }

        @Test
        void manyThreadsWrapAndUnwrapWhileTheMaterialRotates() throws Exception {
            List<Callable<Void>> work = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                UUID id = new UUID(3, i);
                boolean rotates = i % 16 == 0;
                work.add(() -> {
                    if (rotates) {
                        server.rotate(arn);
                        pass(Duration.ofSeconds(61));
                    }
                    byte[] dataKey = dataKey();
                    dataKey[0] = (byte) id.getLeastSignificantBits();
                    WrappedKey wrapped = keys.wrap(dataKey, USER, id);
                    assertThat(keys.unwrap(wrapped, USER, id)).isEqualTo(dataKey);
                    return null;
                });
            }
            var threads = Executors.newFixedThreadPool(8);
            for (Future<Void> future : threads.invokeAll(work)) {
                future.get();
            }
            threads.shutdown();
        }
    }

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
        void whatTellsTheDataKeyIsNotTaken(String name, byte[] ciphertext) {
            server.tamper("Encrypt", (request, answer) -> {
                answer.put("CiphertextBlob", Base64.getEncoder().encodeToString(ciphertext));
                return answer;
            });

            refused(
                    () -> keys.wrap(dataKey(), USER, DATA_KEY),
                    "kms:Encrypt",
                    "the answer holds the data key in the clear");
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 6145, 100_000})
        void aCiphertextOfAnotherLengthIsNotTaken(int length) {
            server.tamper("Encrypt", (request, answer) -> {
                answer.put("CiphertextBlob", Base64.getEncoder().encodeToString(new byte[length]));
                return answer;
            });

            refused(
                    () -> keys.wrap(dataKey(), USER, DATA_KEY),
                    "kms:Encrypt",
                    "the answer has " + length + " bytes, and those of AWS KMS have 1 to 6144");
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 4097, 100_000})
        void aPlaintextOfAnotherLengthIsNotTaken(int length) {
            WrappedKey wrapped = keys.wrap(dataKey(), USER, DATA_KEY);
            server.tamper("Decrypt", (request, answer) -> {
                answer.put("Plaintext", Base64.getEncoder().encodeToString(new byte[length]));
                return answer;
            });

            refused(
                    () -> keys.unwrap(wrapped, USER, DATA_KEY),
                    "kms:Decrypt",
                    "the answer has " + length + " bytes, and those of AWS KMS have 1 to 4096");
        }

        @ParameterizedTest
        @CsvSource({
            "Encrypt, CiphertextBlob, 'the answer has 0 bytes, and those of AWS KMS have 1 to 6144'",
            "Encrypt, KeyId, the answer names no key",
            "Decrypt, Plaintext, 'the answer has 0 bytes, and those of AWS KMS have 1 to 4096'",
            "Decrypt, KeyId, the answer names no key",
            "DescribeKey, KeyMetadata, the answer names no key"
        })
        void anAnswerThatLacksAPartIsNotTaken(String operation, String member, String why) {
            WrappedKey wrapped = keys.wrap(dataKey(), USER, DATA_KEY);
            server.tamper(operation, (request, answer) -> {
                answer.remove(member);
                return answer;
            });

            refused(() -> ask(operation, wrapped), "kms:" + operation, why);
        }

        @ParameterizedTest
        @ValueSource(strings = {"Encrypt", "Decrypt"})
        void anAnswerAboutAnotherKeyIsNotTaken(String operation) {
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
        void aDescriptionOfSomethingElseIsNotTaken(String member, String why) {
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
                        .withMessageStartingWith("AWS KMS must not be asked at its endpoint: ");
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
                            + ", so it is not AWS KMS that answers: check AWS_ENDPOINT_URL_KMS if it is set, and whom"
                            + " this machine trusts")
                    .hasNoCause();
        }
    }

    @Nested
    class Labels {

        @Test
        void nameTheKeyAndItsCurrentMaterial() {
            assertThat(keys.primaryId()).isEqualTo("aws-kms:" + arn + "#" + server.currentMaterial(arn));
        }

        @Test
        void nameTheKeyAloneWhereKmsNamesNoMaterial() {
            String other = server.addKeyOfUnnamedMaterial();
            AwsKmsKeyEncryptionKeys unnamed = keys(other, Duration.ofSeconds(10));

            WrappedKey wrapped = unnamed.wrap(dataKey(), USER, DATA_KEY);

            assertThat(wrapped.keyEncryptionKey()).isEqualTo("aws-kms:" + other).isEqualTo(unnamed.primaryId());
            assertThat(unnamed.unwrap(wrapped, USER, DATA_KEY)).isEqualTo(dataKey());
        }

        @Test
        void followARotationWithinAMinute() {
            String before = keys.primaryId();
            WrappedKey wrapped = keys.wrap(dataKey(), USER, DATA_KEY);

            String material = server.rotate(arn);
            pass(Duration.ofSeconds(60));

            assertThat(keys.primaryId())
                    .isEqualTo("aws-kms:" + arn + "#" + material)
                    .isNotEqualTo(before);
            assertThat(keys.unwrap(wrapped, USER, DATA_KEY)).isEqualTo(dataKey());
            WrappedKey anew = keys.wrap(dataKey(), USER, DATA_KEY);
            assertThat(anew.keyEncryptionKey()).isEqualTo(keys.primaryId());
            assertThat(KmsServer.materialOf(anew.bytes())).isEqualTo(material);
        }

        @Test
        void areAskedForOnceAMinute() {
            for (int i = 0; i < 5; i++) {
                keys.wrap(dataKey(), USER, DATA_KEY);
            }
            pass(Duration.ofSeconds(60).minusNanos(1));
            keys.primaryId();
            assertThat(server.calls("DescribeKey")).isEqualTo(1);

            pass(Duration.ofNanos(1));
            keys.primaryId();
            assertThat(server.calls("DescribeKey")).isEqualTo(2);
        }

        @Test
        void areNeverNewerThanTheMaterialThatWraps() {
            String earlier = server.currentMaterial(arn);
            server.beforeNextEncrypt(() -> server.rotate(arn));

            WrappedKey overtaken = keys.wrap(dataKey(), USER, DATA_KEY);

            assertThat(overtaken.keyEncryptionKey()).isEqualTo("aws-kms:" + arn + "#" + earlier);
            assertThat(KmsServer.materialOf(overtaken.bytes())).isEqualTo(server.currentMaterial(arn));
            pass(Duration.ofSeconds(60));
            assertThat(keys.primaryId()).isNotEqualTo(overtaken.keyEncryptionKey());
            assertThat(keys.unwrap(overtaken, USER, DATA_KEY)).isEqualTo(dataKey());
        }

        @Test
        void doNotGoBackWhenAnEarlierAnswerComesLate() {
            List<String> meanwhile = new ArrayList<>();
            server.beforeNextDescriptionArrives(() -> {
                server.rotate(arn);
                pass(Duration.ofNanos(1));
                meanwhile.add(keys.primaryId());
            });

            String late = keys.primaryId();

            assertThat(server.calls("DescribeKey")).isEqualTo(2);
            assertThat(meanwhile).containsExactly("aws-kms:" + arn + "#" + server.currentMaterial(arn));
            assertThat(late).isEqualTo(meanwhile.get(0)).isEqualTo(keys.primaryId());
        }

        @Test
        void areNotNeededToUnwrap() {
            WrappedKey wrapped = keys.wrap(dataKey(), USER, DATA_KEY);
            server.fail("DescribeKey", Fault.ACCESS_DENIED);
            pass(Duration.ofHours(1));

            assertThat(keys.unwrap(wrapped, USER, DATA_KEY)).isEqualTo(dataKey());
        }
    }

    @Nested
    class Failing {

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                ACCESS_DENIED   | access is denied: allow ACTION in the key's policy or an IAM policyCONTEXT (400 AccessDeniedException, request ID)
                BAD_CREDENTIALS | the AWS credentials are wrong or have expired: check them, and this machine's clock (400 UnrecognizedClientException, request ID)
                DISABLED        | the key is disabled, or waits for its deletion or its material: enable it, or cancel the deletion (400 KMSInvalidStateException, request ID)
                INTERNAL        | it cannot answer at the moment: try again later (500 KMSInternalException, request ID)
                THROTTLED       | it is asked too often: try again later, or have the account's quota raised (400 ThrottlingException, request ID)
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
        void triesAgainWhatMayPass() {
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
                    .withMessage("AWS KMS knows the key " + wrong + ", but it is no symmetric key for encryption: make"
                            + " one of the spec SYMMETRIC_DEFAULT and name that");
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
                    "no answer came that could be read (ConnectException): check the network, and AWS_ENDPOINT_URL_KMS"
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
        void asksNothingOfKmsUntilItMust() {
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
