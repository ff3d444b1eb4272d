package dev.satchel.batchexport.store.s3;

import dev.satchel.export.Failure;
import dev.satchel.export.Failure.Code;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Describes error answers of S3 and answers that never came, in sentences and details for the operator; {@link S3Error}
 * says what an answer means.
 */
public final class S3Failures {

    private static final int LONGEST_QUOTE = 200;

    private S3Failures() {}

    /** Whether an exception is one of the SDK. */
    public static boolean isOfSdk(Throwable exception) {
        return exception instanceof SdkException;
    }

    /** The failure for an exception of the SDK; empty for one that says nothing about the store. */
    public static Optional<Failure> diagnose(Throwable exception, String store) {
        if (exception instanceof AwsServiceException answer) {
            return Optional.of(failure(answer, store));
        }
        return exception instanceof SdkClientException noAnswer
                ? Optional.of(noAnswer(noAnswer, store))
                : Optional.empty();
    }

    private static Failure failure(AwsServiceException answer, String store) {
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

    private static Failure noAnswer(SdkClientException exception, String store) {
        for (Throwable cause = next(exception); cause != null; cause = next(cause)) {
            if (cause instanceof UnknownHostException host) {
                return new Failure(
                        Code.STORE_MISCONFIGURED,
                        "the host of the store " + store + " is not known to DNS: correct"
                                + " SATCHEL_S3_ENDPOINT, AWS_REGION or the name of the bucket",
                        "unknown host " + words(host));
            }
            if (cause instanceof SSLException tls && !isCutOff(tls)) {
                return tls(tls, store);
            }
        }
        // The SDK has no exception types of their own for these.
        String message = words(exception);
        if (message.contains("Unable to load credentials")) {
            return new Failure(
                    Code.ACCESS_DENIED,
                    "there are no credentials for the store " + store + ": set AWS_ACCESS_KEY_ID and"
                            + " AWS_SECRET_ACCESS_KEY, or give the worker a profile or a role");
        }
        if (message.contains("different checksum")) {
            return new Failure(
                    Code.FILE_DAMAGED,
                    "the store " + store + " returned bytes that do not match its checksum: if it "
                            + "lasts, look for something that changes data on the way, such as a proxy",
                    message);
        }
        if (message.contains("XML") || message.contains("unmarshal")) {
            return new Failure(
                    Code.STORE_MISCONFIGURED,
                    "the store " + store + " does not answer as S3 does: check SATCHEL_S3_ENDPOINT and"
                            + " SATCHEL_S3_PATH_STYLE",
                    message);
        }
        return new Failure(
                Code.STORE_UNAVAILABLE,
                "the store " + store + " cannot be reached or did not answer in time: check that it runs, and"
                        + " SATCHEL_S3_ENDPOINT",
                innermost(exception));
    }

    // A connection that breaks during the handshake is not a problem of certificates.
    private static boolean isCutOff(SSLException exception) {
        for (Throwable cause = next(exception); cause != null; cause = next(cause)) {
            if (cause instanceof EOFException || cause instanceof SocketException) {
                return true;
            }
        }
        return false;
    }

    private static Failure tls(SSLException exception, String store) {
        for (Throwable cause = exception; cause != null; cause = next(cause)) {
            if (cause instanceof CertificateException
                    || cause instanceof CertPathBuilderException
                    || cause instanceof SSLPeerUnverifiedException) {
                return new Failure(
                        Code.STORE_MISCONFIGURED,
                        "the certificate of the store " + store + " is not trusted here or is for another host: trust"
                                + " its authority (JAVA_OPTS=-Djavax.net.ssl.trustStore=…) or correct"
                                + " SATCHEL_S3_ENDPOINT",
                        innermost(exception));
            }
        }
        return new Failure(
                Code.STORE_MISCONFIGURED,
                "the TLS handshake with the store " + store + " failed: check whether SATCHEL_S3_ENDPOINT must"
                        + " begin with http or https",
                innermost(exception));
    }

    private static String innermost(Throwable exception) {
        Throwable cause = exception;
        for (Throwable deeper = next(cause); deeper != null; deeper = next(cause)) {
            cause = deeper;
        }
        return cause instanceof IOException || cause instanceof CertPathBuilderException
                ? words(cause)
                : cause.getClass().getSimpleName();
    }

    private static @Nullable Throwable next(Throwable exception) {
        return exception.getCause() == exception ? null : exception.getCause();
    }

    private static String words(Throwable exception) {
        return String.valueOf(exception.getMessage());
    }
}
