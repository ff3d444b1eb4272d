package dev.satchel.batchexport.store.s3;

import dev.satchel.export.Failure;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * The meaning of S3's error answers for an export: the table of all error codes.
 *
 * <p>It holds every code in the list of the <a
 * href="https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html">API reference of AWS</a>, including those
 * of operations that Satchel does not use, and codes of other services. For an unlisted code the HTTP status decides;
 * answers to HEAD have no code. In doubt, the error counts as one for the operator, so that the export waits instead
 * of failing.
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
            "ended the upload because of another request",
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

    /**
     * For a request with a body it means that the body was changed on its way, because requests without a body
     * succeeded with the same credentials.
     */
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
            "does not support a part of the request",
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
            "if the bucket has Object Lock, set SATCHEL_S3_CHECKSUMS=when-supported; otherwise "
                    + "see its message in the log",
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
            "or a proxy before it does not accept a file of this size",
            "raise its limit, and request the export again",
            "EntityTooLarge",
            "MaxMessageLengthExceeded",
            "TooManyParts"),

    /** Names hold 128 random bits, so this is not a coincidence. */
    TAKEN(Failure.Code.INTERNAL, "has another file of that name", "request the export again", "PreconditionFailed"),

    FILE_MISSING(
            Failure.Code.INTERNAL, "no longer has the file", "request the export again", "NoSuchKey", "NoSuchVersion"),

    PARTS(
            Failure.Code.INTERNAL,
            "refused how the file is cut into parts",
            "look for its rules about the size of parts",
            "EntityTooSmall",
            "InvalidPartOrder"),

    /** Codes of operations that Satchel does not use, and codes without meaning for an upload. */
    UNEXPECTED(
            Failure.Code.STORE_MISCONFIGURED,
            "gave an unexpected answer",
            "see its message in the log",
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
                    throw new IllegalStateException(code + " is in the table twice");
                }
            }
        }
    }

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

    /** The meaning of an answer. */
    static S3Error of(AwsServiceException answer) {
        return of(code(answer), answer.statusCode());
    }

    /**
     * The meaning of an answer with that code and HTTP status.
     *
     * @param code empty if the answer has none
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
            // Without a code, it is an answer to HEAD, which is the same for a wrong region and an expired token, or
            // not an answer of S3.
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

    static String code(AwsServiceException answer) {
        AwsErrorDetails details = answer.awsErrorDetails();
        return details == null || details.errorCode() == null ? "" : details.errorCode();
    }

    /** Whether to retry the request, although the SDK would not. */
    static boolean isWorthRepeating(Throwable failed) {
        if (!(failed instanceof AwsServiceException answer)) {
            return false;
        }
        S3Error error = of(answer);
        return error.isDamage() || (error == INTERRUPTED && answer.statusCode() == 409);
    }

    /** Whether it means for a request with a body that the body was changed on its way. */
    boolean isDamage() {
        return this == DAMAGED || this == SIGNATURE;
    }

    /** The codes of S3 with this meaning. */
    List<String> codes() {
        return List.of(codes.split(" "));
    }

    /** What the store did, after its name in a sentence. */
    String cause() {
        return cause;
    }

    /** What to do about it. */
    String remedy() {
        return remedy;
    }

    /** The code of the failure of an export. */
    Failure.Code failureCode() {
        return failure;
    }
}
