package dev.satchel.batchexport.settings;

import dev.satchel.Endpoint;
import dev.satchel.batchexport.terminal.UsageException;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

/** What the SDK of AWS and Satchel both read: the variables of AWS, under the names that AWS gives them. */
final class AwsSettings {

    /** The variables that Satchel reads; the SDK reads more of them by itself. */
    static final Set<String> VARIABLES = Set.of(
            "AWS_REGION",
            "AWS_DEFAULT_REGION",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "AWS_ENDPOINT_URL_KMS",
            "AWS_ENDPOINT_URL_STS");

    private static final Pattern REGION = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private final Map<String, String> variables;

    AwsSettings(Map<String, String> variables) {
        this.variables = variables;
    }

    /**
     * The region of the bucket.
     *
     * @param isElsewhere whether the store is another service than AWS, which takes any region
     * @throws UsageException if it is malformed, or AWS needs one and none is set
     */
    String region(boolean isElsewhere) {
        for (String name : new String[] {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
            String region = value(name);
            if (region != null) {
                // It becomes a part of a host's name, and of every signature.
                if (!REGION.matcher(region).matches()) {
                    throw new UsageException(
                            name + " is malformed: expected the region of the bucket, such as" + " eu-central-1");
                }
                return region;
            }
        }
        if (isElsewhere) {
            return "us-east-1";
        }
        try {
            return DefaultAwsRegionProviderChain.builder().build().getRegion().id();
        } catch (SdkClientException unknown) {
            throw new UsageException("AWS_REGION is not set: expected the region of the bucket, such as eu-central-1");
        }
    }

    /** Who to be for AWS; as in the SDK, what is not set here is looked for in files and roles. */
    AwsCredentialsProvider credentials() {
        String key = visible("AWS_ACCESS_KEY_ID");
        String secret = visible("AWS_SECRET_ACCESS_KEY");
        String token = visible("AWS_SESSION_TOKEN");
        if (key == null || secret == null) {
            // The SDK sends the token of a web identity there, over plain http too.
            endpoint("AWS_ENDPOINT_URL_STS");
            return DefaultCredentialsProvider.builder().build();
        }
        return StaticCredentialsProvider.create(
                token == null
                        ? AwsBasicCredentials.create(key, secret)
                        : AwsSessionCredentials.create(key, secret, token));
    }

    // Behind a line break Java's HTTP client refuses the header that holds the token, and prints it.
    private @Nullable String visible(String name) {
        String value = value(name);
        if (value != null && !value.codePoints().allMatch(point -> point > ' ' && point < 0x7F)) {
            throw new UsageException(
                    name + " is malformed: it holds a space, a line break or another character that no key has");
        }
        return value;
    }

    /**
     * The address of a service that a variable of AWS names; null without one.
     *
     * @throws UsageException if it is malformed, or secrets must not be sent there
     */
    @Nullable
    URI endpoint(String name) {
        String text = value(name);
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return Endpoint.parse(text).uri();
        } catch (IllegalArgumentException refused) {
            throw new UsageException(name + " is refused: " + refused.getMessage());
        }
    }

    private @Nullable String value(String name) {
        if (!VARIABLES.contains(name)) {
            throw new IllegalArgumentException(name + " is not among the variables that are documented");
        }
        return variables.get(name);
    }
}
