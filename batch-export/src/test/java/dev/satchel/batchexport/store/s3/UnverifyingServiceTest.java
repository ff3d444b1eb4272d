package dev.satchel.batchexport.store.s3;

import dev.satchel.batchexport.store.s3.PeculiarS3.Peculiarity;
import dev.satchel.store.FileStore;
import dev.satchel.store.FileStoreContract;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** The contract on a service that compares nothing and whose ETags are no digests. */
class UnverifyingServiceTest extends FileStoreContract {

    private static final int PART = 64 * 1024;

    @AutoClose
    private PeculiarS3 service;

    @AutoClose
    private S3FileStore store;

    @BeforeEach
    void start() throws IOException {
        service = PeculiarS3.with(Peculiarity.COMPARES_NOTHING, Peculiarity.TAGS_THAT_ARE_NO_DIGESTS);
        S3Connection connection = new S3Connection(
                S3Options.at(service.endpoint()),
                "us-east-1",
                StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")));
        store = new S3FileStore(connection.client(), connection, new Bucket("exports", ""), new PartMemory(PART, 2, 8));
    }

    @Override
    protected FileStore store() {
        return store;
    }

    @Override
    protected int partSize() {
        return PART;
    }

    @Override
    protected List<String> leavings() {
        return List.copyOf(service.unfinished());
    }
}
