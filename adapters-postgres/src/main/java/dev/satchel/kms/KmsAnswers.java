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
 * What AWS KMS may answer about one key. Anything else comes from somebody or something in its place, such as a stand-in
 * for tests that encrypts nothing, and nothing is stored or opened with it.
 */
final class KmsAnswers {

    static final String DECRYPT = "kms:Decrypt";
    static final String DESCRIBE_KEY = "kms:DescribeKey";
    static final String ENCRYPT = "kms:Encrypt";
    static final String NOT_SYMMETRIC =
            "it is no symmetric key for encryption: make one of the spec SYMMETRIC_DEFAULT and name that";

    /** The limits that the API reference of AWS KMS gives for Plaintext and CiphertextBlob. */
    private static final int MOST_PLAINTEXT = 4096;

    private static final int MOST_CIPHERTEXT = 6144;

    /** Half a data key. What remains could not be guessed, but nothing that encrypts lets so much through. */
    private static final int TELLING = 16;

    // It is printed, and becomes a part of an id in the database.
    private static final Pattern MATERIAL = Pattern.compile("[A-Za-z0-9-]{1,128}");

    private final KmsKeyArn key;

    KmsAnswers(KmsKeyArn key) {
        this.key = key;
    }

    /** The data key, wrapped. */
    byte[] wrapped(EncryptResponse answer, byte[] dataKey) {
        requireKey(ENCRYPT, answer.keyId());
        byte[] wrapped =
                bytes(ENCRYPT, answer.ciphertextBlob(), MOST_CIPHERTEXT).clone();
        if (tells(wrapped, dataKey)) {
            throw refused(ENCRYPT, "the answer holds the data key in the clear");
        }
        return wrapped;
    }

    /** The data key. It is the SDK's own array, which the caller wipes; of a copy, the original would stay. */
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

    /** The id of the key's current material, where KMS names one. */
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
            throw refused(action, "the answer has " + bytes.length + " bytes, and those of AWS KMS have 1 to " + most);
        }
        return bytes;
    }

    /** Whether a part of the data key can be read in it: as it is, in hexadecimal or in base64. */
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

    /** Whether the texts have {@code length} bytes in a row in common, or all of the second. */
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
                + ", so it is not AWS KMS that answers: check AWS_ENDPOINT_URL_KMS if it is set, and whom this machine"
                + " trusts");
    }
}
