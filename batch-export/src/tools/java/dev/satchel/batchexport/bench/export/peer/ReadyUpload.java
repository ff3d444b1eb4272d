package dev.satchel.batchexport.bench.export.peer;

import dev.satchel.batchexport.bench.measure.Contestant;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * The SDK's client that uploads bytes which are ready, as many as Satchel's file has.
 *
 * @param rows that the file would hold
 * @param inFlight how many parts it sends at the same time
 * @param size of that file, known once Satchel has written it
 */
public record ReadyUpload(String name, S3Client client, String bucket, long rows, int inFlight, LongSupplier size)
        implements Contestant {

    /** The size of Satchel's parts where memory allows. */
    private static final int PART = 16 * 1024 * 1024;

    @Override
    public String sink() {
        return "s3";
    }

    @Override
    public Attempt prepare() {
        byte[] part = new byte[PART];
        new Random(1).nextBytes(part);
        return new Uploading(this, part, size.getAsLong());
    }

    private record Uploading(ReadyUpload upload, byte[] part, long size) implements Attempt {

        @Override
        public Amount run() {
            String key = upload.name;
            String id = upload.client
                    .createMultipartUpload(create -> create.bucket(upload.bucket).key(key))
                    .uploadId();
            List<CompletedPart> parts = sent(key, id);
            upload.client.completeMultipartUpload(complete -> complete.bucket(upload.bucket)
                    .key(key)
                    .uploadId(id)
                    .multipartUpload(all -> all.parts(parts)));
            return new Amount(upload.rows, size);
        }

        // As many at once as Satchel has in flight.
        private List<CompletedPart> sent(String key, String id) {
            ExecutorService threads = Executors.newFixedThreadPool(upload.inFlight);
            try {
                List<Future<CompletedPart>> sending = new ArrayList<>();
                for (long sent = 0; sent < size; sent += part.length) {
                    int number = sending.size() + 1;
                    int length = (int) Math.min(part.length, size - sent);
                    sending.add(threads.submit(() -> sent(key, id, number, length)));
                }
                List<CompletedPart> parts = new ArrayList<>();
                for (Future<CompletedPart> sent : sending) {
                    parts.add(sent.get());
                }
                return parts;
            } catch (InterruptedException | ExecutionException failed) {
                throw new IllegalStateException("a part could not be sent", failed);
            } finally {
                threads.shutdownNow();
            }
        }

        private CompletedPart sent(String key, String id, int number, int length) {
            String tag = upload.client
                    .uploadPart(
                            request -> request.bucket(upload.bucket)
                                    .key(key)
                                    .uploadId(id)
                                    .partNumber(number),
                            RequestBody.fromRemainingByteBuffer(ByteBuffer.wrap(part, 0, length)))
                    .eTag();
            return CompletedPart.builder().partNumber(number).eTag(tag).build();
        }

        @Override
        public void close() {
            upload.client.deleteObject(delete -> delete.bucket(upload.bucket).key(upload.name));
        }
    }
}
