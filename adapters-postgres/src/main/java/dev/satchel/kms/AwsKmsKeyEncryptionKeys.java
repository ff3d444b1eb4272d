package dev.satchel.kms;

import dev.satchel.Endpoint;
import dev.satchel.UserId;
import dev.satchel.keys.encryption.BrokenSealException;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.keys.encryption.UnknownKeyEncryptionKeyException;
import dev.satchel.keys.encryption.WrappedKey;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.DecryptRequest;
import software.amazon.awssdk.services.kms.model.DescribeKeyRequest;
import software.amazon.awssdk.services.kms.model.EncryptRequest;
import software.amazon.awssdk.services.kms.model.IncorrectKeyException;
import software.amazon.awssdk.services.kms.model.InvalidCiphertextException;

/**
 * One symmetric key in AWS KMS as the key-encryption key; it never leaves KMS.
 *
 * <p>A data key's user and id are its encryption context, so that KMS itself refuses to unwrap it for another, a policy
 * can restrict whose data keys a login unwraps, and CloudTrail records whose were. The id is {@code aws-kms:}, the ARN
 * and, where KMS says it, {@code #} and the key's current material: once KMS has rotated the material, the data keys
 * under the earlier one are under another id than the primary, and a rotation wraps them anew. KMS unwraps with every
 * material the key has had.
 *
 * <p>It needs {@code kms:DescribeKey}, {@code kms:Encrypt} and {@code kms:Decrypt}. An answer is waited for ten seconds,
 * with the retries of the client. Where KMS does not do what it is asked, or answers what KMS would not, an {@link
 * UnusableKeyException} says why. Safe for use by many threads.
 */
public final class AwsKmsKeyEncryptionKeys implements KeyEncryptionKeys {

    static final String USER = "satchel:user";
    static final String DATA_KEY = "satchel:data-key";
    private static final String PREFIX = "aws-kms:";
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration LABEL_TIME_TO_LIVE = Duration.ofSeconds(60);

    private final KmsClient kms;
    private final KmsKeyArn key;
    private final Duration patience;
    private final AwsRequestOverrideConfiguration timeouts;
    private final KmsAnswers answers;
    private final LongSupplier nanoTime;
    private volatile @Nullable Label newest;

    /**
     * Asks nothing of KMS yet. The client stays the caller's, who closes it.
     *
     * @throws IllegalArgumentException if the client sends to no {@link Endpoint}, such as over plain http to another
     *     machine, wherever it was told so: in code, by a variable of the environment, a system property or a profile
     */
    public AwsKmsKeyEncryptionKeys(KmsClient kms, KmsKeyArn key) {
        this(kms, key, PATIENCE, System::nanoTime);
    }

    AwsKmsKeyEncryptionKeys(KmsClient kms, KmsKeyArn key, Duration patience, LongSupplier nanoTime) {
        requireEndpoint(kms.serviceClientConfiguration().endpointOverride());
        this.kms = kms;
        this.key = key;
        this.answers = new KmsAnswers(key);
        this.patience = patience;
        this.timeouts = AwsRequestOverrideConfiguration.builder()
                .apiCallTimeout(patience)
                // Room for a second attempt after one that stays silent.
                .apiCallAttemptTimeout(patience.multipliedBy(2).dividedBy(5))
                .build();
        this.nanoTime = nanoTime;
    }

    private static void requireEndpoint(Optional<URI> endpoint) {
        try {
            endpoint.ifPresent(Endpoint::new);
        } catch (IllegalArgumentException refused) {
            throw new IllegalArgumentException(
                    "AWS KMS must not be asked at its endpoint: " + refused.getMessage(), refused);
        }
    }

    @Override
    public String primaryId() {
        Label known = newest;
        if (known != null && nanoTime.getAsLong() - known.askedAt() < LABEL_TIME_TO_LIVE.toNanos()) {
            return known.id();
        }
        return newestOf(describe()).id();
    }

    /** Whether the id names this key of KMS, with whichever material: KMS unwraps with every one the key has had. */
    @Override
    public boolean holds(String id) {
        return id.equals(PREFIX + key) || id.startsWith(PREFIX + key + "#");
    }

    @Override
    public WrappedKey wrap(byte[] dataKey, UserId user, UUID dataKeyId) {
        // Before encrypting, because KMS does not say which material encrypted. Should the material rotate in between,
        // the label is too old, and the data key is wrapped anew once more for nothing. Read afterwards, it could be
        // too
        // new, and the data key would count as rotated while it is under the earlier material. For the same reason the
        // label may be old: what is cached is never newer than what encrypts.
        String id = primaryId();
        return new WrappedKey(id, answer(KmsAnswers.ENCRYPT, () -> encrypt(dataKey, context(user, dataKeyId))));
    }

    @Override
    public byte[] unwrap(WrappedKey wrapped, UserId user, UUID dataKeyId) {
        String id = wrapped.keyEncryptionKey();
        if (!holds(id)) {
            throw new UnknownKeyEncryptionKeyException(id);
        }
        return answer(KmsAnswers.DECRYPT, () -> decrypt(wrapped.bytes(), context(user, dataKeyId)));
    }

    private byte[] encrypt(byte[] dataKey, Map<String, String> context) {
        return answers.wrapped(
                kms.encrypt(EncryptRequest.builder()
                        .keyId(key.text())
                        // Not copied once more: what the SDK makes of it to send it cannot be wiped.
                        .plaintext(SdkBytes.fromByteArrayUnsafe(dataKey))
                        .encryptionContext(context)
                        .overrideConfiguration(timeouts)
                        .build()),
                dataKey);
    }

    private byte[] decrypt(byte[] wrapped, Map<String, String> context) {
        try {
            return answers.unwrapped(kms.decrypt(DecryptRequest.builder()
                    .keyId(key.text())
                    .ciphertextBlob(SdkBytes.fromByteArrayUnsafe(wrapped))
                    .encryptionContext(context)
                    .overrideConfiguration(timeouts)
                    .build()));
        } catch (InvalidCiphertextException | IncorrectKeyException e) {
            throw new BrokenSealException();
        }
    }

    private Label describe() {
        long askedAt = nanoTime.getAsLong();
        // Keys of other stores than KMS's own have no material that it names.
        Optional<String> material = answer(
                KmsAnswers.DESCRIBE_KEY,
                () -> answers.material(kms.describeKey(DescribeKeyRequest.builder()
                        .keyId(key.text())
                        .overrideConfiguration(timeouts)
                        .build())));
        return new Label(PREFIX + key + material.map(id -> "#" + id).orElse(""), askedAt);
    }

    // Of two threads that ask at once, the earlier answer may come later.
    private synchronized Label newestOf(Label label) {
        Label known = newest;
        if (known != null && known.askedAt() - label.askedAt() > 0) {
            return known;
        }
        newest = label;
        return label;
    }

    private <T> T answer(String action, Supplier<T> call) {
        try {
            return call.get();
        } catch (BrokenSealException | UnusableKeyException e) {
            throw e;
        } catch (RuntimeException e) {
            throw KmsFailures.explain(key, action, patience, e);
        }
    }

    private static Map<String, String> context(UserId user, UUID dataKeyId) {
        return Map.of(USER, user.toString(), DATA_KEY, dataKeyId.toString());
    }

    private record Label(String id, long askedAt) {}
}
