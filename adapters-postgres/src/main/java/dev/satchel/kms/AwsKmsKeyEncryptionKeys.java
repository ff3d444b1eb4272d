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
 * A symmetric key in AWS KMS as the key-encryption key. The key never leaves KMS.
 *
 * <p>The user and the id of a data key are its encryption context. So KMS refuses to unwrap it for another user,
 * policies can restrict whose data keys a login may unwrap, and CloudTrail records them. The id of the key is {@code
 * aws-kms:}, the ARN and, if KMS names it, {@code #} and the id of the current key material. After KMS has rotated the
 * material, data keys under the earlier material have another id than the primary, so that a rotation re-wraps them.
 * KMS unwraps with every material that the key has had.
 *
 * <p>It needs {@code kms:DescribeKey}, {@code kms:Encrypt} and {@code kms:Decrypt}. Each call takes at most ten
 * seconds, including the retries of the client. Throws {@link UnusableKeyException} with the reason if KMS refuses or
 * does not answer, or if the answer cannot come from KMS. Safe for use by many threads.
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
     * Does not call KMS yet. The caller closes the client.
     *
     * @throws IllegalArgumentException if the client's endpoint override is not an {@link Endpoint}, such as plain
     *     http to another machine; the override may come from code, an environment variable, a system property or a
     *     profile
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
                // Leaves time for a second attempt if the first gets no answer.
                .apiCallAttemptTimeout(patience.multipliedBy(2).dividedBy(5))
                .build();
        this.nanoTime = nanoTime;
    }

    private static void requireEndpoint(Optional<URI> endpoint) {
        try {
            endpoint.ifPresent(Endpoint::new);
        } catch (IllegalArgumentException refused) {
            throw new IllegalArgumentException("the endpoint of AWS KMS is refused: " + refused.getMessage(), refused);
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

    /** Whether the id names this key, with any material: KMS unwraps with every material that the key has had. */
    @Override
    public boolean holds(String id) {
        return id.equals(PREFIX + key) || id.startsWith(PREFIX + key + "#");
    }

    @Override
    public WrappedKey wrap(byte[] dataKey, UserId user, UUID dataKeyId) {
        // The label is read before encrypting, because KMS does not say which material it encrypted with. If the
        // material rotates in between, the label is too old and the data key is re-wrapped once more than needed. If
        // the label were read afterwards, it could be too new, and the data key would count as rotated although it is
        // under the earlier material. A cached label is harmless for the same reason: it is never newer than the
        // material that encrypts.
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
                        // Avoids one more copy of the data key, which could not be overwritten.
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
        // For keys in custom key stores, KMS names no material.
        Optional<String> material = answer(
                KmsAnswers.DESCRIBE_KEY,
                () -> answers.material(kms.describeKey(DescribeKeyRequest.builder()
                        .keyId(key.text())
                        .overrideConfiguration(timeouts)
                        .build())));
        return new Label(PREFIX + key + material.map(id -> "#" + id).orElse(""), askedAt);
    }

    // With two concurrent requests, the answer to the earlier one may arrive last.
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
