package dev.satchel.batchexport.format.seal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.satchel.delivery.RefusedRecipientException;
import dev.satchel.record.filter.RecipientKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.bcpg.CompressionAlgorithmTags;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPUtil;
import org.bouncycastle.openpgp.api.MessageEncryptionMechanism;
import org.bouncycastle.openpgp.api.OpenPGPCertificate;
import org.bouncycastle.openpgp.api.OpenPGPEncryptionNegotiator;
import org.bouncycastle.openpgp.api.OpenPGPKeyReader;
import org.bouncycastle.openpgp.api.OpenPGPMessageGenerator;
import org.bouncycastle.openpgp.api.bc.BcOpenPGPImplementation;
import org.jspecify.annotations.Nullable;

/**
 * An OpenPGP public key to which one can encrypt: it has not expired, is not revoked, and has a part for encryption whose
 * signatures hold. Immutable.
 */
public final class Recipient {

    private static final String UNREADABLE =
            "the key is not an OpenPGP public key: export it with gpg --armor --export and your address";

    /** AES-256 with a modification detection code, which every program opens; newer kinds only some do. */
    private static final OpenPGPEncryptionNegotiator INTEGRITY_PROTECTED = new OpenPGPEncryptionNegotiator() {
        @Override
        public MessageEncryptionMechanism negotiateEncryption(OpenPGPMessageGenerator generator) {
            return MessageEncryptionMechanism.integrityProtected(SymmetricKeyAlgorithmTags.AES_256);
        }
    };

    private final OpenPGPCertificate key;

    private Recipient(OpenPGPCertificate key) {
        this.key = key;
    }

    /**
     * Reads the key of a request.
     *
     * @param now when it is used
     * @throws RefusedRecipientException if nobody could encrypt to it then; the message says why and what to do
     */
    public static Recipient of(RecipientKey key, Instant now) throws RefusedRecipientException {
        return of(bytes(key.text()), now);
    }

    private static byte[] bytes(String text) throws RefusedRecipientException {
        if (text.stripLeading().startsWith("-----")) {
            return text.getBytes(US_ASCII);
        }
        try {
            return Base64.getMimeDecoder().decode(text.strip());
        } catch (IllegalArgumentException malformed) {
            throw new RefusedRecipientException(UNREADABLE, malformed);
        }
    }

    /**
     * Reads a key from the bytes of a file, in ASCII armor or binary.
     *
     * @param now when it is used
     * @throws RefusedRecipientException as of the other method
     */
    public static Recipient of(byte[] file, Instant now) throws RefusedRecipientException {
        List<OpenPGPCertificate> found;
        try {
            found = new OpenPGPKeyReader(new BcOpenPGPImplementation())
                    .parseKeysOrCertificates(PGPUtil.getDecoderStream(new ByteArrayInputStream(file)));
        } catch (IOException | RuntimeException unreadable) {
            // The library throws many kinds for bytes that are not what it expects.
            throw new RefusedRecipientException(UNREADABLE, unreadable);
        }
        if (found.stream().anyMatch(OpenPGPCertificate::isSecretKey)) {
            throw new RefusedRecipientException("the key is a private key, which must stay with its owner: export the"
                    + " public key with gpg --armor --export and your address");
        }
        if (found.size() != 1) {
            throw new RefusedRecipientException(
                    found.isEmpty() ? UNREADABLE : "there are " + found.size() + " keys, and one is expected");
        }
        OpenPGPCertificate key = found.get(0);
        String refusal = refusal(key, Date.from(now));
        if (refusal != null) {
            throw new RefusedRecipientException("the key " + fingerprint(key) + " " + refusal);
        }
        return new Recipient(key);
    }

    private static @Nullable String refusal(OpenPGPCertificate key, Date now) {
        if (!key.getEncryptionKeys(now).isEmpty()) {
            return null;
        }
        OpenPGPCertificate.OpenPGPPrimaryKey primary = key.getPrimaryKey();
        if (primary.getRevocation(now) != null) {
            return "is revoked: use another one";
        }
        Instant expiry = expiry(primary, now);
        if (expiry != null && expiry.isBefore(now.toInstant())) {
            return expired(expiry);
        }
        Instant last = null;
        boolean encrypted = false;
        for (OpenPGPCertificate.OpenPGPComponentKey part : key.getKeys()) {
            Instant until = expiry(part, now);
            boolean wasFor = part.getPGPPublicKey().isEncryptionKey() && !part.isPrimaryKey();
            encrypted |= wasFor;
            if (wasFor && until != null && until.isBefore(now.toInstant()) && (last == null || until.isAfter(last))) {
                last = until;
            }
        }
        if (last != null) {
            return "has a part for encryption that " + expired(last);
        }
        return encrypted
                ? "has a part for encryption that is revoked, too weak, or not signed by the key: use another one"
                : "can only sign: add a subkey for encryption to it, or use another one";
    }

    private static @Nullable Instant expiry(OpenPGPCertificate.OpenPGPComponentKey part, Date now) {
        Date expiry = part.getKeyExpirationDateAt(now);
        return expiry == null ? null : expiry.toInstant();
    }

    private static String expired(Instant expiry) {
        return "expired on " + expiry.atZone(ZoneOffset.UTC).toLocalDate() + ": extend it or use another one";
    }

    private static String fingerprint(OpenPGPCertificate key) {
        return HexFormat.of().formatHex(key.getFingerprint()).toUpperCase(Locale.ROOT);
    }

    /** The fingerprint of the key, in hexadecimal digits. */
    public String fingerprint() {
        return fingerprint(key);
    }

    /**
     * This key for a request.
     *
     * @throws IllegalArgumentException if it is longer than a request may hold
     */
    public RecipientKey toKey() {
        try {
            return new RecipientKey(Base64.getEncoder().encodeToString(key.getEncoded()));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** Begins an encrypted file on {@code out}; closing the stream ends it and closes {@code out}. */
    OutputStream encrypt(OutputStream out) throws IOException {
        try {
            return new OpenPGPMessageGenerator(new BcOpenPGPImplementation())
                    .addEncryptionCertificate(key)
                    .setArmored(false)
                    .setAllowPadding(false)
                    .setCompressionNegotiator((generator, policy) -> CompressionAlgorithmTags.UNCOMPRESSED)
                    .setPublicKeyBasedEncryptionNegotiator(INTEGRITY_PROTECTED)
                    .open(out);
        } catch (PGPException failed) {
            throw new IOException("the file cannot be encrypted", failed);
        }
    }
}
