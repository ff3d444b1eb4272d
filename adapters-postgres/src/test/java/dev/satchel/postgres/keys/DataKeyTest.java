package dev.satchel.postgres.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.subtle.AesGcmJce;
import dev.satchel.UserId;
import dev.satchel.keys.ApiKey;
import dev.satchel.keys.ApiKeys;
import dev.satchel.keys.Provider;
import dev.satchel.keys.SealedKey;
import dev.satchel.keys.encryption.BrokenSealException;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DataKeyTest {

    private static final UUID ID = UUID.fromString("4f3c1d6e-0a2b-4c3d-8e9f-102030405060");
    private static final SealedKeyLocation PLACE =
            new SealedKeyLocation(new UUID(1, 1), new UserId(new UUID(2, 2)), Provider.OPENAI);

    private static DataKey dataKey(long seed) {
        return DataKey.from(ID, raw(seed));
    }

    private static byte[] raw(long seed) {
        byte[] raw = new byte[DataKey.LENGTH];
        new Random(seed).nextBytes(raw);
        return raw;
    }

    private static SealedKey sealed(DataKey dataKey, String text) {
        try (ApiKey key = ApiKeys.of(text)) {
            return dataKey.seal(key, PLACE);
        }
    }

    private static void refuses(DataKey dataKey, SealedKey key, SealedKeyLocation place, String what) {
        Throwable refusal = catchThrowable(() -> dataKey.open(key, place));
        assertThat(refusal)
                .as(what)
                .isExactlyInstanceOf(BrokenSealException.class)
                .hasMessage(new BrokenSealException().getMessage())
                .hasNoCause();
    }

    /** Counts what it is asked to decrypt. */
    private static final class Counting implements Aead {

        private final Aead aead;
        private int decryptions;

        private Counting(Aead aead) {
            this.aead = aead;
        }

        @Override
        public byte[] encrypt(byte[] plaintext, byte[] associatedData) throws GeneralSecurityException {
            return aead.encrypt(plaintext, associatedData);
        }

        @Override
        public byte[] decrypt(byte[] ciphertext, byte[] associatedData) throws GeneralSecurityException {
            decryptions++;
            return aead.decrypt(ciphertext, associatedData);
        }
    }

    @ParameterizedTest
    @EnumSource
    void opensWhatItSealed(Provider provider) {
        SealedKeyLocation place = new SealedKeyLocation(UUID.randomUUID(), new UserId(UUID.randomUUID()), provider);
        DataKey dataKey = dataKey(1);

        try (ApiKey key = ApiKeys.of(ApiKeys.text(provider, "mine"));
                ApiKey opened = dataKey.open(dataKey.seal(key, place), place)) {
            assertThat(ApiKeys.read(opened)).isEqualTo(ApiKeys.text(provider, "mine"));
        }
    }

    @Test
    void opensInAnotherProcess() {
        SealedKey key = sealed(dataKey(1), "sk-proj-0123456789abcdef");

        try (ApiKey opened = dataKey(1).open(key, PLACE)) {
            assertThat(ApiKeys.read(opened)).isEqualTo("sk-proj-0123456789abcdef");
        }
    }

    @Test
    void opensWhatEarlierVersionsSealed() {
        SealedKey key = SealedKey.parse(SEALED_EARLIER);

        try (ApiKey opened = dataKey(1).open(key, PLACE)) {
            assertThat(ApiKeys.read(opened)).isEqualTo("sk-proj-0123456789abcdef");
        }
    }

    @Test
    void neverSealsTheSameTwice() {
        DataKey dataKey = dataKey(1);
        Set<String> texts = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            texts.add(sealed(dataKey, "sk-proj-0123456789abcdef").text());
        }

        assertThat(texts).hasSize(1_000);
    }

    @Test
    void wipesTheKeyItIsMadeFrom() {
        byte[] raw = raw(1);

        DataKey.from(ID, raw);

        assertThat(raw).containsOnly(0);
    }

    @Test
    void refusesAKeyOfAnotherLength() {
        for (int length : new int[] {0, 16, 31, 33}) {
            assertThatExceptionOfType(BrokenSealException.class).isThrownBy(() -> DataKey.from(ID, new byte[length]));
        }
    }

    @Test
    void everyFlippedBitIsRefusedAlike() {
        DataKey dataKey = dataKey(1);
        for (String text : List.of("x", "sk-proj-0123456789abcdef", "x".repeat(300))) {
            byte[] bytes = sealed(dataKey, text).bytes();
            for (int bit = 0; bit < bytes.length * 8; bit++) {
                byte[] flipped = bytes.clone();
                flipped[bit / 8] ^= (byte) (1 << (bit % 8));
                refuses(dataKey, SealedKey.of(ID, flipped), PLACE, "bit " + bit + " of " + text.length());
            }
        }
    }

    @Test
    void everyTruncationIsRefusedAlike() {
        DataKey dataKey = dataKey(1);
        for (String text : List.of("x", "sk-proj-0123456789abcdef", "x".repeat(300))) {
            String whole = sealed(dataKey, text).text();
            for (int length = 0; length < whole.length(); length++) {
                String cut = whole.substring(0, length);
                Throwable refusal = catchThrowable(() -> dataKey.open(SealedKey.parse(cut), PLACE));
                assertThat(refusal)
                        .as("the first %d characters", length)
                        .isExactlyInstanceOf(BrokenSealException.class)
                        .hasMessage(new BrokenSealException().getMessage())
                        .hasNoCause();
            }
        }
    }

    @Test
    void everyOtherPlaceIsRefused() {
        DataKey dataKey = dataKey(1);
        SealedKey key = sealed(dataKey, "sk-proj-0123456789abcdef");

        Stream.of(
                        new SealedKeyLocation(new UUID(1, 2), PLACE.user(), PLACE.provider()),
                        new SealedKeyLocation(PLACE.row(), new UserId(new UUID(2, 3)), PLACE.provider()),
                        new SealedKeyLocation(PLACE.row(), PLACE.user(), Provider.ANTHROPIC),
                        new SealedKeyLocation(PLACE.row(), PLACE.user(), Provider.UNSPLASH),
                        new SealedKeyLocation(PLACE.user().value(), new UserId(PLACE.row()), PLACE.provider()))
                .forEach(place -> refuses(dataKey, key, place, place.toString()));
    }

    @Test
    void anotherDataKeyIsRefusedAlsoUnderTheSameId() {
        SealedKey key = sealed(dataKey(1), "sk-proj-0123456789abcdef");

        refuses(dataKey(2), key, PLACE, "another key");
        refuses(DataKey.from(new UUID(7, 7), raw(1)), key, PLACE, "another id");
        refuses(dataKey(1), SealedKey.of(new UUID(7, 7), key.bytes()), PLACE, "the text names another id");
    }

    @Test
    void aWrongCommitmentIsRefusedBeforeAnythingIsDecrypted() throws GeneralSecurityException {
        byte[] commitment = raw(3);
        Counting counting = new Counting(new AesGcmJce(raw(4)));
        DataKey dataKey = new DataKey(ID, commitment, counting);
        SealedKey key = sealed(dataKey, "sk-proj-0123456789abcdef");
        // The same cipher, so that decrypting would succeed: only the commitment tells the two apart.
        for (int bit = 0; bit < 256; bit++) {
            byte[] other = commitment.clone();
            other[bit / 8] ^= (byte) (1 << (bit % 8));
            refuses(new DataKey(ID, other, counting), key, PLACE, "bit " + bit + " of the commitment");
        }
        assertThat(counting.decryptions).isZero();

        dataKey.open(key, PLACE).close();
        assertThat(counting.decryptions).isOne();
    }

    @Test
    void theCommitmentIsNeitherTheKeyNorShared() {
        byte[] one =
                Arrays.copyOf(sealed(dataKey(1), "sk-proj-0123456789abcdef").bytes(), 32);
        byte[] other = Arrays.copyOf(
                sealed(DataKey.from(new UUID(7, 7), raw(1)), "sk-proj-0123456789abcdef")
                        .bytes(),
                32);

        assertThat(one).isNotEqualTo(raw(1)).isNotEqualTo(other);
    }

    // Made without this code, from what its comments say: if it does not open, nor does what users have stored.
    private static final String SEALED_EARLIER = "dk1.4f3c1d6e-0a2b-4c3d-8e9f-102030405060."
            + "eMK0qswbc2eXjTIoUYpu05Xw0WzfAw2VocVEDdxhclUAAQIDBAUGBwgJ"
            + "Cgvc4m7sJ-yL-TTGS4c7BayKvrnq6VC6UelVr1klmSJf2jt3lE7-ZLCY";
}
