package dev.satchel.batchexport.store.s3;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner.AuthLocation;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.S3Utilities;

/**
 * Signs links to objects at the public endpoint of the service.
 *
 * <p>The presigner of the SDK uses this machine's clock, and the service refuses links whose time is too early or too
 * late.
 */
final class S3Link {

    private final S3Connection connection;

    S3Link(S3Connection connection) {
        this.connection = connection;
    }

    /** A link to the object that is valid for {@code validity} from {@code now}, the time of the service. */
    URI sign(String bucket, String key, Instant now, Duration validity) {
        S3Options options = connection.options();
        URI endpoint = options.publicAddress() == null ? options.address() : options.publicAddress();
        S3Utilities urls = S3Utilities.builder()
                .region(Region.of(connection.region()))
                .s3Configuration(S3Configuration.builder()
                        .pathStyleAccessEnabled(options.isPathStyle())
                        .build())
                .build();
        try {
            URI object = urls.getUrl(url -> url.bucket(bucket).key(key).endpoint(endpoint))
                    .toURI();
            return AwsV4HttpSigner.create()
                    .sign(request -> request.identity(connection.credentials().resolveCredentials())
                            .request(SdkHttpRequest.builder()
                                    .method(SdkHttpMethod.GET)
                                    .uri(object)
                                    .build())
                            .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                            .putProperty(AwsV4HttpSigner.REGION_NAME, connection.region())
                            .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
                            .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false)
                            .putProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, false)
                            .putProperty(AwsV4HttpSigner.AUTH_LOCATION, AuthLocation.QUERY_STRING)
                            .putProperty(AwsV4HttpSigner.EXPIRATION_DURATION, validity)
                            .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(now, ZoneOffset.UTC)))
                    .request()
                    .getUri();
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException("the address of an object is a URI", impossible);
        }
    }
}
