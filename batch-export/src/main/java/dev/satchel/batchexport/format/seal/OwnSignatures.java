package dev.satchel.batchexport.format.seal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentVerifierBuilderProvider;
import org.jspecify.annotations.Nullable;

/**
 * An OpenPGP key with the signatures that its primary key made and that hold, and what they say of the key as a whole.
 * Anybody can add others to a public key, and the library would take one for the owner's that only names them. Used by one
 * thread.
 */
final class OwnSignatures {

    private final PGPPublicKeyRing ring;
    private final PGPPublicKey key;

    /** Verifies each signature, and leaves out those that are not the owner's. */
    OwnSignatures(PGPPublicKeyRing all) {
        PGPPublicKey primary = all.getPublicKey();
        List<PGPPublicKey> parts = new ArrayList<>();
        for (PGPPublicKey part : all) {
            parts.add(part.isMasterKey() ? ownOfPrimary(part) : ownOfPart(part, primary));
        }
        this.ring = new PGPPublicKeyRing(parts);
        this.key = ring.getPublicKey();
    }

    /** The key without the signatures of others. */
    PGPPublicKeyRing key() {
        return ring;
    }

    private static PGPPublicKey ownOfPrimary(PGPPublicKey primary) {
        PGPPublicKey own = primary;
        for (PGPSignature signature : listed(primary.getKeySignatures())) {
            if (!isVerified(signature, primary, () -> signature.verifyCertification(primary))) {
                own = rest(own, PGPPublicKey.removeCertification(own, signature));
            }
        }
        for (byte[] userId : listed(primary.getRawUserIDs())) {
            for (PGPSignature signature : listed(primary.getSignaturesForID(userId))) {
                if (!isVerified(signature, primary, () -> signature.verifyCertification(userId, primary))) {
                    own = rest(own, PGPPublicKey.removeCertification(own, userId, signature));
                }
            }
        }
        return own;
    }

    private static PGPPublicKey ownOfPart(PGPPublicKey part, PGPPublicKey primary) {
        PGPPublicKey own = part;
        for (PGPSignature signature : listed(part.getSignatures())) {
            if (!isVerified(signature, primary, () -> signature.verifyCertification(primary, part))) {
                own = rest(own, PGPPublicKey.removeCertification(own, signature));
            }
        }
        return own;
    }

    // The library returns nothing where a signature was removed with an equal one before.
    private static PGPPublicKey rest(PGPPublicKey before, @Nullable PGPPublicKey after) {
        return after == null ? before : after;
    }

    private static <T> List<T> listed(@Nullable Iterator<T> all) {
        List<T> listed = new ArrayList<>();
        if (all != null) {
            all.forEachRemaining(listed::add);
        }
        return listed;
    }

    private interface Verification {
        boolean holds() throws PGPException;
    }

    private static boolean isVerified(PGPSignature signature, PGPPublicKey primary, Verification verification) {
        try {
            signature.init(new BcPGPContentVerifierBuilderProvider(), primary);
            return verification.holds();
        } catch (PGPException | RuntimeException foreign) {
            // The library throws many kinds for signatures of other keys and kinds, and for damaged ones.
            return false;
        }
    }

    boolean isRevoked() {
        return onKey().stream().anyMatch(ofType(PGPSignature.KEY_REVOCATION));
    }

    private List<PGPSignature> onKey() {
        return listed(key.getKeySignatures());
    }

    /** When the owner signed the key for the first time, or made it, if that was later. */
    Instant first() {
        Instant made = key.getCreationTime().toInstant();
        return listed(key.getSignatures()).stream()
                .filter(ofType(PGPSignature.DIRECT_KEY).or(PGPSignature::isCertification))
                .map(OwnSignatures::created)
                .min(Instant::compareTo)
                .filter(first -> first.isAfter(made))
                .orElse(made);
    }

    /**
     * When the key expires: by the latest signature on the key itself, else by the latest on a user id that says so, as
     * GnuPG decides it. Null if it does not. A key may have no user id.
     */
    @Nullable
    Instant expiry(Instant now) {
        PGPSignature direct = latest(onKey(), ofType(PGPSignature.DIRECT_KEY), now);
        Instant end = direct == null ? null : expiry(direct);
        if (end != null) {
            return end;
        }
        PGPSignature latest = null;
        for (byte[] userId : listed(key.getRawUserIDs())) {
            List<PGPSignature> signatures = listed(key.getSignaturesForID(userId));
            PGPSignature signature = latest(signatures, PGPSignature::isCertification, now);
            PGPSignature revocation = latest(signatures, ofType(PGPSignature.CERTIFICATION_REVOCATION), now);
            if (signature == null || expiry(signature) == null) {
                continue;
            }
            boolean counts = revocation == null || created(revocation).isBefore(created(signature));
            if (counts && (latest == null || created(signature).isAfter(created(latest)))) {
                latest = signature;
            }
        }
        return latest == null ? null : expiry(latest);
    }

    private static @Nullable PGPSignature latest(
            List<PGPSignature> signatures, Predicate<PGPSignature> kind, Instant now) {
        PGPSignature latest = null;
        for (PGPSignature each : signatures) {
            boolean counts = kind.test(each) && !created(each).isAfter(now) && !isOver(each, now);
            if (counts && (latest == null || created(each).isAfter(created(latest)))) {
                latest = each;
            }
        }
        return latest;
    }

    // A signature may end although the key does not.
    private static boolean isOver(PGPSignature signature, Instant now) {
        long seconds = signature.getHashedSubPackets().getSignatureExpirationTime();
        return seconds != 0 && !created(signature).plusSeconds(seconds).isAfter(now);
    }

    private @Nullable Instant expiry(PGPSignature signature) {
        long seconds = signature.getHashedSubPackets().getKeyExpirationTime();
        return seconds == 0 ? null : key.getCreationTime().toInstant().plusSeconds(seconds);
    }

    private static Predicate<PGPSignature> ofType(int type) {
        return signature -> signature.getSignatureType() == type;
    }

    private static Instant created(PGPSignature signature) {
        return signature.getCreationTime().toInstant();
    }
}
