package dev.satchel.kms;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names one key in AWS KMS for good: {@code arn:aws:kms:REGION:ACCOUNT:key/ID}.
 *
 * <p>Not an alias, which somebody can move to another key: what is wrapped must name the key that wraps it.
 */
public record KmsKeyArn(String text) {

    /** What every refusal says is allowed. */
    public static final String EXPECTED = "expected arn:aws:kms:REGION:ACCOUNT:key/ID";

    private static final Pattern KEY =
            Pattern.compile("arn:aws[-a-z]{0,32}:kms:([a-z0-9-]{1,64}):[0-9]{12}:key/[A-Za-z0-9-]{1,256}");
    private static final Pattern ALIAS = Pattern.compile("(arn:aws[-a-z]*:kms:[^:]*:[^:]*:)?alias/.*");

    /** @throws IllegalArgumentException if it is anything else; the text is not repeated, it could be a secret */
    public KmsKeyArn {
        if (ALIAS.matcher(text).matches()) {
            throw new IllegalArgumentException("an alias can be moved to another key, which could not open what the"
                    + " earlier one wraps; name the key itself: " + EXPECTED);
        }
        if (!KEY.matcher(text).matches()) {
            throw new IllegalArgumentException("this is not the ARN of a key in AWS KMS: " + EXPECTED);
        }
    }

    /** Where the key is, such as {@code eu-central-1}. */
    public String region() {
        Matcher matcher = KEY.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalStateException("the constructor lets nothing else in");
        }
        return matcher.group(1);
    }

    @Override
    public String toString() {
        return text;
    }
}
