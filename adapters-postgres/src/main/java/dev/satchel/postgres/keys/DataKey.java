package dev.satchel.postgres.keys;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.subtle.AesGcmJce;
import com.google.crypto.tink.subtle.Hkdf;
import dev.satchel.keys.ApiKey;
import dev.satchel.keys.SealedKey;
import dev.satchel.keys.encryption.AssociatedData;
import dev.satchel.keys.encryption.BrokenSealException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.UUID;

/**
 * A data key: it seals and opens one user's key.
 *
 * <p>Two keys are derived from it with HKDF-SHA256 (RFC 5869). One encrypts with AES-256-GCM and a random nonce. The
 * other is a key commitment: it is stored before each ciphertext, because with AES-GCM alone an attacker can make a
 * ciphertext that decrypts under two keys. The commitment is compared in constant time before decryption. Every
 * failure throws the same {@link BrokenSealException}.
 *
 * <p>Immutable and safe for use by many threads.
 */
final class DataKey {

    static final int LENGTH = 32;
    private static final int COMMITMENT_LENGTH = 32;
    private static final byte[] NO_SALT = {};

    private final UUID id;
    private final byte[] commitment;
    private final Aead aead;

    DataKey(UUID id, byte[] commitment, Aead aead) {
        this.id = id;
        this.commitment = commitment.clone();
        this.aead = aead;
    }

    /**
     * Derives the two keys and overwrites {@code raw}. Afterwards the key exists only inside the JDK's cipher, until
     * this object is collected.
     *
     * @throws BrokenSealException if {@code raw} does not have the length of a data key
     */
    static DataKey from(UUID id, byte[] raw) {
        byte[] encryption = {};
        try {
            if (raw.length != LENGTH) {
                throw new BrokenSealException();
            }
            encryption = derived(raw, id, "encryption");
            return new DataKey(id, derived(raw, id, "commitment"), new AesGcmJce(encryption));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM lacks AES-GCM or HMAC-SHA256", e);
        } finally {
            Arrays.fill(raw, (byte) 0);
            Arrays.fill(encryption, (byte) 0);
        }
    }

    private static byte[] derived(byte[] raw, UUID id, String purpose) throws GeneralSecurityException {
        byte[] info = AssociatedData.of(AssociatedData.text("satchel dk1 " + purpose), AssociatedData.bytes(id));
        return Hkdf.computeHkdf("HMACSHA256", raw, NO_SALT, info, 32);
    }

    UUID id() {
        return id;
    }

    SealedKey seal(ApiKey key, SealedKeyLocation place) {
        byte[] ciphertext = key.revealSecret(plain -> {
            try {
                return aead.encrypt(plain, place.associatedData());
            } catch (GeneralSecurityException e) {
                // The cause is left out, because it may hold the key.
                throw new IllegalStateException("a key could not be encrypted");
            }
        });
        byte[] bytes = Arrays.copyOf(commitment, COMMITMENT_LENGTH + ciphertext.length);
        System.arraycopy(ciphertext, 0, bytes, COMMITMENT_LENGTH, ciphertext.length);
        return SealedKey.of(id, bytes);
    }

    /**
     * Returns the key, which the caller closes; throws {@link BrokenSealException} if it was not sealed by this data
     * key for this location.
     */
    ApiKey open(SealedKey key, SealedKeyLocation place) {
        byte[] bytes = key.bytes();
        boolean committed = MessageDigest.isEqual(commitment, Arrays.copyOf(bytes, COMMITMENT_LENGTH));
        if (!committed || !id.equals(key.dataKeyId())) {
            throw new BrokenSealException();
        }
        try {
            return ApiKey.take(
                    aead.decrypt(Arrays.copyOfRange(bytes, COMMITMENT_LENGTH, bytes.length), place.associatedData()));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new BrokenSealException();
        }
    }
}
