package dev.satchel.batchexport.format.seal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.delivery.RefusedRecipientException;
import dev.satchel.record.filter.RecipientKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
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

    private static final String PRIVATE =
            "the key is a private key, which must stay with its owner: export the public key"
                    + " with gpg --armor --export and your address";

    private static final String DAMAGED = "nothing can be encrypted to the key, because it is damaged or of a kind that"
            + " Satchel does not know: export it again, or use another one";

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
        String text = new String(file, ISO_8859_1);
        if (text.contains("-----BEGIN PGP PRIVATE KEY")) {
            throw new RefusedRecipientException(PRIVATE);
        }
        // The library reads the first block and ignores what follows it.
        int blocks = text.split("-----BEGIN PGP", -1).length - 1;
        if (blocks > 1) {
            throw new RefusedRecipientException("there are " + blocks + " keys, and one is expected");
        }
        List<OpenPGPCertificate> found;
        try {
            found = new OpenPGPKeyReader(new BcOpenPGPImplementation())
                    .parseKeysOrCertificates(PGPUtil.getDecoderStream(new ByteArrayInputStream(file)));
        } catch (IOException | RuntimeException unreadable) {
            // The library throws many kinds for bytes that are not what it expects.
            throw new RefusedRecipientException(UNREADABLE, unreadable);
        }
        if (found.stream().anyMatch(OpenPGPCertificate::isSecretKey)) {
            throw new RefusedRecipientException(PRIVATE);
        }
        if (found.size() != 1) {
            throw new RefusedRecipientException(
                    found.isEmpty() ? UNREADABLE : "there are " + found.size() + " keys, and one is expected");
        }
        OpenPGPCertificate key;
        String refusal;
        try {
            OwnSignatures own = new OwnSignatures(found.get(0).getPGPPublicKeyRing());
            key = new OpenPGPCertificate(own.key(), new BcOpenPGPImplementation());
            refusal = refusal(key, own, Date.from(now));
        } catch (RuntimeException malformed) {
            // The library throws many kinds for signatures that are not what it expects.
            throw new RefusedRecipientException(DAMAGED, malformed);
        }
        if (refusal != null) {
            throw new RefusedRecipientException("the key " + fingerprint(key) + " " + refusal);
        }
        Recipient recipient = new Recipient(key);
        recipient.tryOut();
        return recipient;
    }

    // A damaged key can look usable until it is used.
    private void tryOut() throws RefusedRecipientException {
        try (OutputStream sealed = encrypt(OutputStream.nullOutputStream())) {
            sealed.write(0);
        } catch (RefusedRecipientException refused) {
            throw refused;
        } catch (IOException | RuntimeException unusable) {
            throw new RefusedRecipientException(DAMAGED, unusable);
        }
    }

    private static @Nullable String refusal(OpenPGPCertificate key, OwnSignatures own, Date now) {
        Instant first = own.first();
        if (first.isAfter(now.toInstant())) {
            return "is not valid yet, but from " + first.truncatedTo(ChronoUnit.SECONDS)
                    + ": wait until then, or make a key with the clock set right";
        }
        // Before the parts: each has an expiry of its own, which may be later than that of the key it belongs to.
        if (own.isRevoked()) {
            return "is revoked: use another one";
        }
        Instant end = own.expiry(now.toInstant());
        if (end != null && !end.isAfter(now.toInstant())) {
            return expired(end);
        }
        if (!key.getEncryptionKeys(now).isEmpty()) {
            return null;
        }
        Instant last = null;
        boolean encrypted = false;
        for (OpenPGPCertificate.OpenPGPComponentKey part : key.getKeys()) {
            boolean wasFor = part.getPGPPublicKey().isEncryptionKey() && !part.isPrimaryKey();
            Instant until = wasFor ? expiry(part.getLatestSelfSignature(now)) : null;
            encrypted |= wasFor;
            if (until != null && until.isBefore(now.toInstant()) && (last == null || until.isAfter(last))) {
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

    private static @Nullable Instant expiry(OpenPGPCertificate.@Nullable OpenPGPComponentSignature signature) {
        Date expiry = signature == null ? null : signature.getKeyExpirationTime();
        return expiry == null ? null : expiry.toInstant();
    }

    private static String expired(Instant expiry) {
        return "expired on " + expiry.atZone(ZoneOffset.UTC).toLocalDate() + ": extend it or use another one";
    }

    /** What tells a key from others where nobody needs the key: its fingerprint, or a hash of a text that is no key. */
    static String identity(String text) {
        try {
            List<OpenPGPCertificate> found = new OpenPGPKeyReader(new BcOpenPGPImplementation())
                    .parseKeysOrCertificates(PGPUtil.getDecoderStream(new ByteArrayInputStream(bytes(text))));
            if (found.size() == 1) {
                return fingerprint(found.get(0));
            }
        } catch (IOException | RuntimeException unreadable) {
            // A row of another program's; the worker refuses it.
        }
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return "SHA-256 " + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
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
        } catch (PGPException | RuntimeException unusable) {
            throw new RefusedRecipientException(DAMAGED, unusable);
        }
    }
}
