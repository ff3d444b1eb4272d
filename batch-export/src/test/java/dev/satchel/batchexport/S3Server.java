package dev.satchel.batchexport;

import java.net.URI;

/** A running S3 server that tests may fill with buckets. */
interface S3Server extends AutoCloseable {

    /** What it is, for the line that tests print. */
    String kind();

    URI endpoint();

    String accessKey();

    String secretKey();

    @Override
    void close();
}
