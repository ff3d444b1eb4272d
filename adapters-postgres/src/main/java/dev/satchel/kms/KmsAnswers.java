package dev.satchel.kms;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kms.model.DecryptResponse;
import software.amazon.awssdk.services.kms.model.DescribeKeyResponse;
import software.amazon.awssdk.services.kms.model.EncryptResponse;
import software.amazon.awssdk.services.kms.model.KeyMetadata;
import software.amazon.awssdk.services.kms.model.KeySpec;
import software.amazon.awssdk.services.kms.model.KeyUsageType;

/**
 * Checks the answers of AWS KMS about one key. An answer that KMS would not give comes from another server, such as an
 * emulator that does not encrypt; it is refused, so that nothing is stored or opened with it.
 */
final class KmsAnswers {

    static final String DECRYPT = "kms:Decrypt";
    static final String DESCRIBE_KEY = "kms:DescribeKey";
    static final String ENCRYPT = "kms:Encrypt";
    static final String NOT_SYMMETRIC =
            "it is not a symmetric key for encryption: create one with the key spec SYMMETRIC_DEFAULT and use that";

    /** The limits of Plaintext and CiphertextBlob in the API reference of AWS KMS. */
    private static final int MOST_PLAINTEXT = 4096;

    private static final int MOST_CIPHERTEXT = 6144;

    /**
     * Half of a data key, in bytes. A real ciphertext shares such a run with its plaintext with negligible
     * probability.
     */
    private static final int TELLING = 16;

    // Restricted, because the text is printed and becomes part of an id in the database.
    private static final Pattern MATERIAL = Pattern.compile("[A-Za-z0-9-]{1,128}");

    private final KmsKeyArn key;

    KmsAnswers(KmsKeyArn key) {
        this.key = key;
    }

    /** The wrapped data key. */
    byte[] wrapped(EncryptResponse answer, byte[] dataKey) {
        requireKey(ENCRYPT, answer.keyId());
        byte[] wrapped =
                bytes(ENCRYPT, answer.ciphertextBlob(), MOST_CIPHERTEXT).clone();
        if (tells(wrapped, dataKey)) {
            throw refused(ENCRYPT, "the answer holds the data key unencrypted");
        }
        return wrapped;
    }

    /** The data key, in the SDK's own array, which the caller overwrites. A copy would leave the original in memory. */
    byte[] unwrapped(DecryptResponse answer) {
        byte[] dataKey = bytes(DECRYPT, answer.plaintext(), MOST_PLAINTEXT);
        try {
            requireKey(DECRYPT, answer.keyId());
        } catch (UnusableKeyException e) {
            Arrays.fill(dataKey, (byte) 0);
            throw e;
        }
        return dataKey;
    }

    /** The id of the key's current material; empty if KMS names none. */
    Optional<String> material(DescribeKeyResponse answer) {
        KeyMetadata described = answer.keyMetadata();
        requireKey(DESCRIBE_KEY, described == null ? null : described.arn());
        if (described.keyUsage() != KeyUsageType.ENCRYPT_DECRYPT || described.keySpec() != KeySpec.SYMMETRIC_DEFAULT) {
            throw new UnusableKeyException("AWS KMS knows the key " + key + ", but " + NOT_SYMMETRIC);
        }
        String material = described.currentKeyMaterialId();
        if (material != null && !MATERIAL.matcher(material).matches()) {
            throw refused(DESCRIBE_KEY, "the answer names no key material");
        }
        return Optional.ofNullable(material);
    }

    private void requireKey(String action, @Nullable String answered) {
        if (!key.text().equals(answered)) {
            throw refused(action, answered == null ? "the answer names no key" : "the answer is about another key");
        }
    }

    private byte[] bytes(String action, @Nullable SdkBytes answered, int most) {
        byte[] bytes = answered == null ? new byte[0] : answered.asByteArrayUnsafe();
        if (bytes.length == 0 || bytes.length > most) {
            throw refused(action, "the answer has " + bytes.length + " bytes, but AWS KMS returns 1 to " + most);
        }
        return bytes;
    }

    /** Whether {@code wrapped} holds a part of the data key as bytes, in hexadecimal or in base64. */
    private static boolean tells(byte[] wrapped, byte[] dataKey) {
        byte[] lower = HexFormat.of().formatHex(dataKey).getBytes(StandardCharsets.US_ASCII);
        byte[] upper = HexFormat.of().withUpperCase().formatHex(dataKey).getBytes(StandardCharsets.US_ASCII);
        byte[] base64 = Base64.getEncoder().withoutPadding().encode(dataKey);
        byte[] base64Url = Base64.getUrlEncoder().withoutPadding().encode(dataKey);
        try {
            return sharesRun(wrapped, dataKey, TELLING)
                    || sharesRun(wrapped, lower, 2 * TELLING)
                    || sharesRun(wrapped, upper, 2 * TELLING)
                    || sharesRun(wrapped, base64, TELLING)
                    || sharesRun(wrapped, base64Url, TELLING);
        } finally {
            for (byte[] readable : new byte[][] {lower, upper, base64, base64Url}) {
                Arrays.fill(readable, (byte) 0);
            }
        }
    }

    /**
     * Whether {@code text} holds {@code length} consecutive bytes of {@code secret}, or all of {@code secret} if it is
     * shorter.
     */
    private static boolean sharesRun(byte[] text, byte[] secret, int length) {
        int run = Math.min(length, secret.length);
        for (int i = 0; i + run <= text.length; i++) {
            for (int j = 0; j + run <= secret.length; j++) {
                if (Arrays.equals(text, i, i + run, secret, j, j + run)) {
                    return true;
                }
            }
        }
        return false;
    }

    private UnusableKeyException refused(String action, String why) {
        return new UnusableKeyException("AWS KMS did not do " + action + " with the key " + key + ": " + why
                + ", so another server than AWS KMS answered: check AWS_ENDPOINT_URL_KMS if it is set, and the "
                + "certificates that this machine trusts");
    }
}
