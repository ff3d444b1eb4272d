package dev.satchel.batchexport.store.s3;

import dev.satchel.export.Failure;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * What S3's answers mean for an export: the one table of its error codes, whose length is that of the list.
 *
 * <p>It holds every code of the list in the API reference of AWS ("Error responses"), also of operations that are never
 * asked for, and those that other services add. A code that is not here is read by its HTTP status; an answer to HEAD
 * has nothing else. What is in doubt is the operator's, because then the export waits and is not lost.
 */
public enum S3Error {
    OVERLOADED(
            Failure.Code.STORE_UNAVAILABLE,
            "is overloaded or failed",
            "if it lasts, look at the store",
            "BandwidthLimitExceeded",
            "ConnectionClosedByRequester",
            "InternalError",
            "KMS.InternalException",
            "KMS.KMSInternalException",
            "KMS.ThrottlingException",
            "LimitExceededException",
            "Redirect",
            "RequestLimitExceeded",
            "RequestThrottled",
            "RequestThrottledException",
            "RequestTimeout",
            "ResponseInterrupted",
            "ServiceUnavailable",
            "SlowDown",
            "SlowDownRead",
            "SlowDownWrite",
            "TemporaryRedirect",
            "Throttling",
            "ThrottlingException",
            "TooManyRequests",
            "XMinioBackendDown",
            "XMinioServerNotInitialized"),

    INTERRUPTED(
            Failure.Code.STORE_UNAVAILABLE,
            "gave the upload up for another request",
            "if it lasts, look for a lifecycle rule that ends uploads early",
            "ClientTokenConflict",
            "ConditionalRequestConflict",
            "InvalidPart",
            "NoSuchUpload",
            "OperationAborted"),

    DAMAGED(
            Failure.Code.FILE_DAMAGED,
            "received other bytes than were sent",
            "if it lasts, look for what changes data on the way, such as a proxy",
            "BadDigest",
            "IncompleteBody",
            "InvalidDigest",
            "XAmzContentChecksumMismatch",
            "XAmzContentSHA256Mismatch",
            "XMinioObjectTampered"),

    /** With content, the request was damaged on its way, because without content the same credentials were accepted. */
    SIGNATURE(
            Failure.Code.ACCESS_DENIED,
            "refused the signature",
            "correct AWS_SECRET_ACCESS_KEY",
            "InvalidSignature",
            "SignatureDoesNotMatch"),

    CREDENTIALS(
            Failure.Code.ACCESS_DENIED,
            "does not know the credentials",
            "correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "InvalidSecurity",
            "InvalidToken",
            "MissingAuthenticationToken",
            "MissingSecurityHeader",
            "TokenCodeInvalidError",
            "Unauthorized",
            "UnrecognizedClientException"),

    EXPIRED(
            Failure.Code.ACCESS_DENIED,
            "no longer accepts the credentials, which have expired",
            "renew AWS_SESSION_TOKEN and the keys that belong to it",
            "ExpiredToken",
            "ExpiredTokenException",
            "InvalidSessionException",
            "TokenRefreshRequired"),

    DENIED(
            Failure.Code.ACCESS_DENIED,
            "refused access",
            "check the rights of the credentials, the policy of the bucket, and whether Object Lock keeps its files",
            "AccessDenied",
            "AccessForbidden",
            "AccountProblem",
            "AllAccessDisabled",
            "CredentialsNotSupported",
            "InvalidPayer",
            "NotDeviceOwnerError",
            "NotSignedUp",
            "ObjectLocked",
            "UnauthorizedAccess",
            "UnauthorizedAccessError",
            "UnexpectedIPError",
            "UserSuspended"),

    MISSING(
            Failure.Code.STORE_MISSING,
            "has no such bucket",
            "create the bucket or correct SATCHEL_STORE",
            "InvalidAccessPoint",
            "InvalidAccessPointAliasError",
            "InvalidBucketName",
            "NoSuchAccessPoint",
            "NoSuchBucket",
            "NoSuchMultiRegionAccessPoint",
            "NoSuchResource"),

    REGION(
            Failure.Code.STORE_MISCONFIGURED,
            "keeps the bucket in another region or at another address",
            "set AWS_REGION to the region of the bucket, and correct SATCHEL_S3_ENDPOINT",
            "AuthorizationHeaderMalformed",
            "AuthorizationQueryParametersError",
            "BucketRegionError",
            "EndpointNotFound",
            "IllegalLocationConstraintException",
            "IncorrectEndpoint",
            "InvalidLocationConstraint",
            "InvalidRegion",
            "PermanentRedirect",
            "PermanentRedirectControlError"),

    CLOCK(
            Failure.Code.STORE_MISCONFIGURED,
            "and the worker have clocks that differ by more than the store allows",
            "set both clocks by NTP",
            "RequestExpired",
            "RequestInTheFuture",
            "RequestTimeTooSkewed"),

    UNSUPPORTED(
            Failure.Code.STORE_MISCONFIGURED,
            "does not know something that was asked for",
            "set SATCHEL_S3_CONDITIONAL_WRITES=false, and leave SATCHEL_S3_CHECKSUMS at when-required",
            "InvalidHttpMethod",
            "MethodNotAllowed",
            "NotImplemented",
            "UnsupportedArgument",
            "UnsupportedOperation",
            "UnsupportedSignature",
            "XNotImplemented"),

    CHECKSUMS(
            Failure.Code.STORE_MISCONFIGURED,
            "refused a request",
            "if the bucket has Object Lock, set SATCHEL_S3_CHECKSUMS=when-supported; otherwise see what the store says",
            "InvalidArgument",
            "InvalidRequest"),

    ADDRESS(
            Failure.Code.STORE_MISCONFIGURED,
            "does not answer as S3 does",
            "check SATCHEL_S3_ENDPOINT and SATCHEL_S3_PATH_STYLE",
            "InvalidAddressingHeader",
            "InvalidHostHeader",
            "InvalidURI",
            "MissingContentLength"),

    ENCRYPTION(
            Failure.Code.STORE_MISCONFIGURED,
            "cannot use the key that the bucket is encrypted with",
            "check the key and the rights of the credentials on it",
            "EncryptionTypeNotAllowed",
            "InvalidEncryptionAlgorithmError",
            "KMS.AccessDeniedException",
            "KMS.DisabledException",
            "KMS.InvalidKeyUsageException",
            "KMS.KMSInvalidStateException",
            "KMS.NotFoundException",
            "ServerSideEncryptionConfigurationNotFoundError"),

    FULL(
            Failure.Code.STORE_FULL,
            "has no room left",
            "free space or raise the quota",
            "InsufficientCapacity",
            "InsufficientStorage",
            "QuotaExceeded",
            "StorageFull",
            "XMinioAdminBucketQuotaExceeded",
            "XMinioStorageFull"),

    TOO_LARGE(
            Failure.Code.FILE_TOO_LARGE,
            "or a proxy before it does not take a file of this size",
            "raise its limit, and ask for the export again",
            "EntityTooLarge",
            "MaxMessageLengthExceeded",
            "TooManyParts"),

    /** The name holds 128 random bits, so this is not chance. */
    TAKEN(Failure.Code.INTERNAL, "has another file of that name", "ask for the export again", "PreconditionFailed"),

    FILE_MISSING(
            Failure.Code.INTERNAL, "no longer has the file", "ask for the export again", "NoSuchKey", "NoSuchVersion"),

    PARTS(
            Failure.Code.INTERNAL,
            "refused how the file is cut into parts",
            "look for its rules about the size of parts",
            "EntityTooSmall",
            "InvalidPartOrder"),

    /** Answers to what is never asked for, and codes of AWS that say nothing to an uploader. */
    UNEXPECTED(
            Failure.Code.STORE_MISCONFIGURED,
            "answered what Satchel does not expect",
            "see what the store says",
            "AccessControlListNotSupported",
            "AccessPointAlreadyOwnedByYou",
            "AmbiguousGrantByEmailAddress",
            "BucketAlreadyExists",
            "BucketAlreadyOwnedByYou",
            "BucketHasAccessPointsAttached",
            "BucketNotEmpty",
            "CrossLocationLoggingProhibited",
            "DeviceNotActiveError",
            "IllegalVersioningConfigurationException",
            "IncorrectNumberOfFilesInPostRequest",
            "InlineDataTooLarge",
            "InvalidBucketAclWithObjectOwnership",
            "InvalidBucketOwnerAWSAccountID",
            "InvalidBucketState",
            "InvalidObjectState",
            "InvalidPolicyDocument",
            "InvalidRange",
            "InvalidSOAPRequest",
            "InvalidStorageClass",
            "InvalidTag",
            "InvalidTargetBucketForLogging",
            "KeyTooLongError",
            "MalformedACLError",
            "MalformedPOSTRequest",
            "MalformedPolicy",
            "MalformedXML",
            "MaxPostPreDataLengthExceededError",
            "MetadataTooLarge",
            "MissingAttachment",
            "MissingRequestBodyError",
            "MissingSecurityElement",
            "NoLoggingStatusForKey",
            "NoSuchAccessPointPolicy",
            "NoSuchAsyncRequest",
            "NoSuchBucketPolicy",
            "NoSuchCORSConfiguration",
            "NoSuchLifecycleConfiguration",
            "NoSuchObjectLockConfiguration",
            "NoSuchTagSet",
            "NoSuchWebsiteConfiguration",
            "NotModified",
            "ObjectLockConfigurationNotFoundError",
            "OwnershipControlsNotFoundError",
            "RequestHeaderSectionTooLarge",
            "RequestIsNotMultiPartContent",
            "RequestTorrentOfBucketError",
            "RestoreAlreadyInProgress",
            "TagPolicyException",
            "TooManyAccessPoints",
            "TooManyBuckets",
            "TooManyMultiRegionAccessPointregionsError",
            "TooManyMultiRegionAccessPoints",
            "UnexpectedContent",
            "UnresolvableGrantByEmailAddress",
            "UserKeyMustBeSpecified");

    private static final Map<String, S3Error> BY_CODE = new HashMap<>();

    static {
        for (S3Error error : values()) {
            for (String code : error.codes()) {
                if (BY_CODE.put(code, error) != null) {
                    throw new IllegalStateException(code + " stands in the table twice");
                }
            }
        }
    }

    private static final int LONGEST_QUOTE = 200;

    private final Failure.Code failure;
    private final String cause;
    private final String remedy;
    private final String codes;

    S3Error(Failure.Code failure, String cause, String remedy, String... codes) {
        this.failure = failure;
        this.cause = cause;
        this.remedy = remedy;
        this.codes = String.join(" ", codes);
    }

    /** What that answer means. */
    static S3Error of(AwsServiceException answer) {
        return of(code(answer), answer.statusCode());
    }

    /**
     * What an answer with that code and HTTP status means.
     *
     * @param code empty where the answer has none
     */
    static S3Error of(String code, int status) {
        S3Error known = BY_CODE.get(code);
        return known == null ? ofStatus(code, status) : known;
    }

    private static S3Error ofStatus(String code, int status) {
        if (code.startsWith("KMS.")) {
            return ENCRYPTION;
        }
        return switch (status) {
            case 301, 308 -> REGION;
            // Without a code it is the answer to HEAD, which is the same for a wrong region and an expired token, or no
            // answer of S3.
            case 400 -> code.isEmpty() ? REGION : UNEXPECTED;
            case 401, 403, 407 -> DENIED;
            case 404, 411 -> ADDRESS;
            case 405, 501, 505 -> UNSUPPORTED;
            case 408, 409, 423, 425, 429 -> OVERLOADED;
            case 412 -> TAKEN;
            case 413 -> TOO_LARGE;
            case 507 -> FULL;
            default -> status >= 500 ? OVERLOADED : UNEXPECTED;
        };
    }

    private static String code(AwsServiceException answer) {
        AwsErrorDetails details = answer.awsErrorDetails();
        return details == null || details.errorCode() == null ? "" : details.errorCode();
    }

    /** Whether the same request may well be accepted the next time, although the SDK would not send it again. */
    static boolean isWorthRepeating(Throwable failed) {
        if (!(failed instanceof AwsServiceException answer)) {
            return false;
        }
        S3Error error = of(answer);
        return error.isDamage() || (error == INTERRUPTED && answer.statusCode() == 409);
    }

    /** Whether it means, of a request with content, that it did not arrive as it was sent. */
    boolean isDamage() {
        return this == DAMAGED || this == SIGNATURE;
    }

    /** The codes that mean this. */
    List<String> codes() {
        return List.of(codes.split(" "));
    }

    /** The code of the failure that this is to an export. */
    Failure.Code failureCode() {
        return failure;
    }

    /** The failure that an answer of that store means. */
    public static Failure failure(AwsServiceException answer, String store) {
        S3Error error = of(answer);
        return new Failure(
                error.failure,
                "the store " + store + " " + error.cause + " (" + said(answer) + "): " + error.remedy,
                detail(answer));
    }

    /** The code and status of the answer. */
    static String said(AwsServiceException answer) {
        String code = code(answer);
        return code.isEmpty() ? "HTTP " + answer.statusCode() : code + ", HTTP " + answer.statusCode();
    }

    private static String detail(AwsServiceException answer) {
        AwsErrorDetails details = answer.awsErrorDetails();
        String message = details == null ? null : details.errorMessage();
        String request = answer.requestId();
        return legible(message) + (request == null || request.isEmpty() ? "" : " request " + legible(request));
    }

    // What a server says may be a page of HTML.
    private static String legible(@Nullable String text) {
        if (text == null) {
            return "";
        }
        String line = text.strip().replaceAll("\\p{Cntrl}+", " ");
        return line.length() <= LONGEST_QUOTE ? line : line.substring(0, LONGEST_QUOTE) + "…";
    }
}
