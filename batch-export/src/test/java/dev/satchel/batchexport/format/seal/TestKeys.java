package dev.satchel.batchexport.format.seal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureGenerator;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.api.OpenPGPKey;
import org.bouncycastle.openpgp.api.OpenPGPKeyEditor;
import org.bouncycastle.openpgp.api.OpenPGPKeyGenerator;
import org.bouncycastle.openpgp.api.OpenPGPMessageInputStream;
import org.bouncycastle.openpgp.api.OpenPGPMessageProcessor;
import org.bouncycastle.openpgp.api.SignatureParameters;
import org.bouncycastle.openpgp.api.SignatureSubpacketsFunction;
import org.bouncycastle.openpgp.api.bc.BcOpenPGPImplementation;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** OpenPGP keys of every kind, made by the library. */
public final class TestKeys {

    public static final Instant MADE = Instant.parse("2026-01-01T00:00:00Z");

    private TestKeys() {}

    /** A key of version 4 with a part for encryption. */
    public static OpenPGPKey usable() {
        return made(generator -> generator.classicKey("Learner <learner@example.org>"));
    }

    static OpenPGPKey rsa(int bits) {
        return made(generator -> generator.compositeRSAKey(bits, "Learner <learner@example.org>"));
    }

    static OpenPGPKey signOnly() {
        return made(OpenPGPKeyGenerator::signOnlyKey);
    }

    /** A key that expires a day after it was made. */
    public static OpenPGPKey ofOneDay() {
        return made(generator -> generator
                .withPrimaryKey(pair -> pair.generatePrimaryKey(), expiringAfter(Duration.ofDays(1)))
                .addUserId("Learner <learner@example.org>", expiringAfter(Duration.ofDays(1)))
                .addEncryptionSubkey());
    }

    /** A key that expires a day after it was made, as the signature on itself says; its part for encryption does not. */
    static OpenPGPKey ofOneDayByItsOwnSignature() {
        return made(generator -> generator
                .withPrimaryKey(pair -> pair.generatePrimaryKey(), expiringAfter(Duration.ofDays(1)))
                .addEncryptionSubkey(pair -> pair.generateEncryptionSubkey(), expiringAfter(Duration.ofDays(3_650))));
    }

    /** A key that expires a day after it was made, as its user id alone says; its part for encryption does not. */
    static OpenPGPKey ofOneDayByItsUserId() {
        return expiringByItsUserId(Duration.ofDays(1));
    }

    /** A key whose expiry only the signature on its user id says, and none on the key itself. */
    static OpenPGPKey expiringByItsUserId(Duration duration) {
        SignatureParameters.Callback none = new SignatureParameters.Callback() {
            @Override
            public @Nullable SignatureParameters apply(SignatureParameters parameters) {
                return null;
            }
        };
        return made(generator -> generator
                .withPrimaryKey(pair -> pair.generatePrimaryKey(), none)
                .addUserId("Learner <learner@example.org>", expiringAfter(duration))
                .addEncryptionSubkey(pair -> pair.generateEncryptionSubkey(), expiringAfter(Duration.ofDays(3_650))));
    }

    static OpenPGPKey revoked() {
        try {
            return new OpenPGPKeyEditor(usable(), key -> null).revokeKey().done();
        } catch (PGPException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static OpenPGPKey withoutUserId() {
        return made(generator -> generator.withPrimaryKey().addEncryptionSubkey());
    }

    /** A key whose part for encryption expires a day after it was made. */
    static OpenPGPKey encryptingForOneDay() {
        return made(generator -> generator
                .withPrimaryKey()
                .addUserId("Learner <learner@example.org>")
                .addEncryptionSubkey(pair -> pair.generateEncryptionSubkey(), expiringAfter(Duration.ofDays(1))));
    }

    /**
     * The public key with one more signature, which names the key itself as its maker.
     *
     * @param signer who makes it in truth
     * @param type a type of signature, on the first user id if it is a certification
     * @param expiry how long the key is valid, as the signature says; null for no word about it
     */
    static byte[] withSignature(OpenPGPKey key, OpenPGPKey signer, int type, @Nullable Duration expiry)
            throws IOException {
        try {
            PGPPublicKeyRing ring = key.toCertificate().getPGPPublicKeyRing();
            PGPPublicKey primary = ring.getPublicKey();
            PGPKeyPair pair = signer.getPrimarySecretKey().unlock().getKeyPair();
            PGPSignatureGenerator generator = new PGPSignatureGenerator(
                    new BcPGPContentSignerBuilder(pair.getPublicKey().getAlgorithm(), HashAlgorithmTags.SHA512),
                    pair.getPublicKey());
            generator.init(type, pair.getPrivateKey());
            PGPSignatureSubpacketGenerator packets = new PGPSignatureSubpacketGenerator();
            packets.setSignatureCreationTime(true, Date.from(MADE.plusSeconds(1)));
            packets.setIssuerKeyID(false, primary.getKeyID());
            packets.setIssuerFingerprint(false, primary);
            if (expiry != null) {
                packets.setKeyExpirationTime(true, expiry.toSeconds());
            }
            generator.setHashedSubpackets(packets.generate());
            PGPPublicKey signed;
            if (PGPSignature.isCertification(type)) {
                String userId = primary.getUserIDs().next();
                signed = PGPPublicKey.addCertification(
                        primary, userId, generator.generateCertification(userId, primary));
            } else {
                signed = PGPPublicKey.addCertification(primary, generator.generateCertification(primary));
            }
            return PGPPublicKeyRing.insertPublicKey(ring, signed).getEncoded();
        } catch (PGPException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static SignatureParameters.Callback expiringAfter(Duration duration) {
        return new SignatureParameters.Callback() {
            @Override
            public SignatureParameters apply(SignatureParameters parameters) {
                SignatureSubpacketsFunction expiry = (PGPSignatureSubpacketGenerator packets) -> {
                    packets.setKeyExpirationTime(true, duration.toSeconds());
                    return packets;
                };
                return parameters.setHashedSubpacketsFunction(expiry);
            }
        };
    }

    private static OpenPGPKey made(Making making) {
        try {
            return making.by(new OpenPGPKeyGenerator(new BcOpenPGPImplementation(), 4, false, Date.from(MADE)))
                    .build();
        } catch (PGPException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** What the owner of the key reads. */
    public static byte[] opened(byte[] file, OpenPGPKey key) {
        try (OpenPGPMessageInputStream plain = new OpenPGPMessageProcessor(new BcOpenPGPImplementation())
                .addDecryptionKey(key)
                .process(new ByteArrayInputStream(file))) {
            return plain.readAllBytes();
        } catch (IOException damaged) {
            throw new UncheckedIOException(damaged);
        } catch (PGPException refused) {
            throw new IllegalArgumentException(refused);
        }
    }

    private interface Making {
        OpenPGPKeyGenerator.WithPrimaryKey by(OpenPGPKeyGenerator generator) throws PGPException;
    }
}
