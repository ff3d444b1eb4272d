package dev.satchel.kms;

import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;

/** Explains exceptions of the AWS SDK in sentences that hold no text of the exception. */
final class KmsFailures {

    private static final Pattern CODE = Pattern.compile("[A-Za-z]{1,64}");
    private static final Pattern REQUEST = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private KmsFailures() {}

    /**
     * @param action the action by its name in IAM, such as {@code kms:Decrypt}
     * @param patience how long the caller waited for an answer
     */
    static UnusableKeyException explain(KmsKeyArn key, String action, Duration patience, RuntimeException failure) {
        String why =
                failure instanceof AwsServiceException answer ? ofAnswer(action, answer) : ofSilence(patience, failure);
        return new UnusableKeyException("AWS KMS did not do " + action + " with the key " + key + ": " + why);
    }

    private static String ofAnswer(String action, AwsServiceException answer) {
        AwsErrorDetails details = answer.awsErrorDetails();
        String code = matching(CODE, details == null ? null : details.errorCode(), "no code");
        return sentence(action, code, answer)
                + " (" + answer.statusCode() + " " + code + ", request "
                + matching(REQUEST, answer.requestId(), "unknown") + ")";
    }

    private static String sentence(String action, String code, AwsServiceException answer) {
        return switch (code) {
            case "AccessDeniedException" ->
                "access is denied: allow " + action + " in the key's policy or an IAM policy"
                        + (action.equals(KmsAnswers.DESCRIBE_KEY)
                                ? ""
                                : "; a condition on the encryption context may name " + AwsKmsKeyEncryptionKeys.USER
                                        + " and " + AwsKmsKeyEncryptionKeys.DATA_KEY);
            case "DisabledException", "KMSInvalidStateException" ->
                "the key is disabled, or waits for its deletion or its material: enable it, or cancel the deletion";
            case "NotFoundException" -> "there is no such key: check the region, the account and the id in the ARN";
            case "InvalidKeyUsageException" -> KmsAnswers.NOT_SYMMETRIC;
            case "ExpiredTokenException",
                    "IncompleteSignatureException",
                    "InvalidClientTokenId",
                    "InvalidSignatureException",
                    "MissingAuthenticationTokenException",
                    "SignatureDoesNotMatch",
                    "UnrecognizedClientException" ->
                "the AWS credentials are wrong or have expired: check them, and this machine's clock";
            default -> {
                if (answer.isThrottlingException() || code.equals("LimitExceededException")) {
                    yield "there were too many requests: try again later, or have the account's quota raised";
                }
                yield answer.statusCode() >= 500 ? "it is not available: try again later" : "it refused the request";
            }
        };
    }

    private static String ofSilence(Duration patience, RuntimeException failure) {
        if (failure instanceof ApiCallTimeoutException || failure instanceof ApiCallAttemptTimeoutException) {
            return "no answer came within " + patience.toSeconds() + " seconds: check the network, and"
                    + " AWS_ENDPOINT_URL_KMS if it is set";
        }
        // The SDK has no exception type of its own for this.
        if (String.valueOf(failure.getMessage()).contains("Unable to load credentials")) {
            return "no AWS credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the process"
                    + " a role";
        }
        return "no valid answer came (" + root(failure).getClass().getSimpleName()
                + "): check the network, and AWS_ENDPOINT_URL_KMS if it is set";
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root;
    }

    private static String matching(Pattern pattern, @Nullable String text, String otherwise) {
        return text != null && pattern.matcher(text).matches() ? text : otherwise;
    }
}
