package dev.satchel.kms;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ARN of one key in AWS KMS: {@code arn:aws:kms:REGION:ACCOUNT:key/ID}.
 *
 * <p>Aliases are refused, because an alias can be moved to another key, which could not unwrap the existing data keys.
 */
public record KmsKeyArn(String text) {

    /** The part of each error message that says what is allowed. */
    public static final String EXPECTED = "expected arn:aws:kms:REGION:ACCOUNT:key/ID";

    private static final Pattern KEY =
            Pattern.compile("arn:aws[-a-z]{0,32}:kms:([a-z0-9-]{1,64}):[0-9]{12}:key/[A-Za-z0-9-]{1,256}");
    private static final Pattern ALIAS = Pattern.compile("(arn:aws[-a-z]*:kms:[^:]*:[^:]*:)?alias/.*");

    /**
     * @throws IllegalArgumentException if the text has another form; the message does not repeat it, because it could
     * be a secret
     */
    public KmsKeyArn {
        if (ALIAS.matcher(text).matches()) {
            throw new IllegalArgumentException("this is an alias, which can be moved to another key that could not "
                    + "open what the earlier one wraps: give the ARN of the key itself, " + EXPECTED);
        }
        if (!KEY.matcher(text).matches()) {
            throw new IllegalArgumentException("this is not the ARN of a key in AWS KMS: " + EXPECTED);
        }
    }

    /** The AWS region of the key, such as {@code eu-central-1}. */
    public String region() {
        Matcher matcher = KEY.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalStateException("the constructor accepts no other text");
        }
        return matcher.group(1);
    }

    @Override
    public String toString() {
        return text;
    }
}
