package dev.satchel.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.satchel.UserId;
import dev.satchel.keys.encryption.BrokenSealException;
import dev.satchel.keys.encryption.UnknownKeyEncryptionKeyException;
import dev.satchel.keys.encryption.WrappedKey;
import dev.satchel.kms.KmsServer.Fault;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AwsKmsKeyEncryptionKeysTest extends KmsFixture {

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
        void sendsTheUserAndTheDataKeyAsEncryptionContext() {
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
        void doesNotUnwrapForAnotherUser() {
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
        void refusesADataKeyWrappedByAnotherKeyUnderThisKeysId() {
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
        void namesTheMissingKeyWithoutCallingKms(String pattern) {
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
        void holdsOnlyItsOwnKeyWithAnyMaterial(String pattern, boolean isItsOwn) {
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
}
