package dev.satchel.batchexport.store.s3;

import dev.satchel.export.Failure;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** Describes error answers of S3, in sentences and details for the operator; {@link S3Error} says what they mean. */
public final class S3Failures {

    private static final int LONGEST_QUOTE = 200;

    private S3Failures() {}

    /** The failure for an error answer of that store. */
    public static Failure failure(AwsServiceException answer, String store) {
        S3Error error = S3Error.of(answer);
        return new Failure(
                error.failureCode(),
                "the store " + store + " " + error.cause() + " (" + said(answer) + "): " + error.remedy(),
                detail(answer));
    }

    /** The code and HTTP status of the answer. */
    static String said(AwsServiceException answer) {
        String code = S3Error.code(answer);
        return code.isEmpty() ? "HTTP " + answer.statusCode() : code + ", HTTP " + answer.statusCode();
    }

    private static String detail(AwsServiceException answer) {
        AwsErrorDetails details = answer.awsErrorDetails();
        String message = details == null ? null : details.errorMessage();
        String request = answer.requestId();
        return legible(message) + (request == null || request.isEmpty() ? "" : " request " + legible(request));
    }

    // The message of a server may be a page of HTML.
    private static String legible(@Nullable String text) {
        if (text == null) {
            return "";
        }
        String line = text.strip().replaceAll("\\p{Cntrl}+", " ");
        return line.length() <= LONGEST_QUOTE ? line : line.substring(0, LONGEST_QUOTE) + "…";
    }
}
