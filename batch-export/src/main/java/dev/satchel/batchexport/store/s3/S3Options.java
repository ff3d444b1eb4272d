package dev.satchel.batchexport.store.s3;

import dev.satchel.Endpoint;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What an operator may say about an S3 service, under {@code satchel.s3}. A further option is a component here.
 *
 * @param endpoint where the service is: https:// and a host; AWS itself, or what the SDK was told, when left out
 * @param publicEndpoint where those who are given links reach it; the endpoint when left out
 * @param pathStyle whether the bucket is part of the path rather than of the host name; when left out, true with an endpoint
 * @param checksums which checksums are added to requests
 * @param readBack which files are read back and compared
 * @param conditionalWrites whether to publish only where the name is free; some services refuse the header, and names hold
 *     128 random bits anyway
 * @param partsInFlight how many parts of one file may be under way at once, if memory allows
 */
@ConfigurationProperties("satchel.s3")
public record S3Options(
        @Nullable String endpoint,
        @Nullable String publicEndpoint,
        @Nullable Boolean pathStyle,
        @DefaultValue("when-required") Checksums checksums,
        @DefaultValue("when-needed") ReadBack readBack,
        @DefaultValue("true") boolean conditionalWrites,
        @DefaultValue("" + S3Options.PARTS_IN_FLIGHT) int partsInFlight) {

    /** More would only queue for the network. */
    private static final int MOST_IN_FLIGHT = 64;

    /** The default number of parts of one file that are sent at the same time. */
    public static final int PARTS_IN_FLIGHT = 4;

    /** Which checksums are added to requests: some services other than AWS refuse those they do not know. */
    public enum Checksums {
        WHEN_REQUIRED,
        WHEN_SUPPORTED
    }

    /** Which files are read back: all, or those that the service gave no checksum for. */
    public enum ReadBack {
        ALWAYS,
        WHEN_NEEDED
    }

    public S3Options {
        address("satchel.s3.endpoint", endpoint);
        address("satchel.s3.public-endpoint", publicEndpoint);
        if (partsInFlight < 1 || partsInFlight > MOST_IN_FLIGHT) {
            throw new IllegalArgumentException("satchel.s3.parts-in-flight must be a whole number from 1 to "
                    + MOST_IN_FLIGHT + ", was " + partsInFlight);
        }
    }

    /** The defaults for a service at that address. */
    public static S3Options at(URI endpoint) {
        return new S3Options(
                endpoint.toString(), null, null, Checksums.WHEN_REQUIRED, ReadBack.WHEN_NEEDED, true, PARTS_IN_FLIGHT);
    }

    @Nullable
    URI address() {
        return address("satchel.s3.endpoint", endpoint);
    }

    @Nullable
    URI publicAddress() {
        return address("satchel.s3.public-endpoint", publicEndpoint);
    }

    boolean isPathStyle() {
        return pathStyle == null ? endpoint != null : pathStyle;
    }

    private static @Nullable URI address(String setting, @Nullable String text) {
        if (text == null) {
            return null;
        }
        URI address;
        try {
            address = Endpoint.parse(text).uri();
        } catch (IllegalArgumentException refused) {
            throw new IllegalArgumentException(setting + " is refused: " + refused.getMessage());
        }
        if (!List.of("", "/").contains(address.getRawPath())) {
            throw new IllegalArgumentException(setting + " is refused: a path follows the host: " + Endpoint.EXPECTED
                    + ", and the bucket and its prefix in SATCHEL_STORE");
        }
        return address;
    }
}
