package dev.satchel.batchexport.store.s3;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * What the store should hold after an upload, to be compared with what it does hold.
 *
 * @param length the number of bytes that were sent
 * @param partSize the size of all parts but the last
 * @param digests the MD5 of each part, or of a file that was sent whole
 * @param inParts whether it was sent as a multipart upload
 */
record StoredFile(long length, int partSize, List<byte[]> digests, boolean inParts) {

    /**
     * Compares the length, and reads the file back where nothing else proves its bytes.
     *
     * @param verified whether the store gave the checksum of everything that was sent
     * @param readBack whether to read the file back in any case
     * @throws dev.satchel.store.DamagedFileException if the store holds something else
     */
    void verify(UploadRequests requests, boolean verified, boolean readBack) throws IOException {
        HeadObjectResponse stored = stored(requests);
        if (stored.contentLength() == null || stored.contentLength() != length) {
            throw requests.damaged("holds " + stored.contentLength() + " bytes of " + length, null);
        }
        if (readBack || !(verified || isDigest(stored.eTag(), digest()))) {
            compare(requests);
        }
    }

    private static HeadObjectResponse stored(UploadRequests requests) throws IOException {
        try {
            return requests.head();
        } catch (S3Exception refused) {
            if (refused.statusCode() == 404) {
                throw requests.damaged("does not have the file that it accepted", refused);
            }
            throw refused;
        }
    }

    // The ETag of a multipart upload on most services: the MD5 of the parts' MD5s.
    private byte[] digest() {
        if (!inParts) {
            return digests.get(0);
        }
        MessageDigest whole = PartBuffer.newMd5();
        digests.forEach(whole::update);
        return whole.digest();
    }

    private void compare(UploadRequests requests) throws IOException {
        try (InputStream in = requests.get()) {
            byte[] piece = new byte[64 * 1024];
            for (byte[] expected : digests) {
                MessageDigest md5 = PartBuffer.newMd5();
                int left = partSize;
                for (int read = in.read(piece, 0, Math.min(left, piece.length));
                        read > 0;
                        read = in.read(piece, 0, Math.min(left, piece.length))) {
                    md5.update(piece, 0, read);
                    left -= read;
                }
                if (!Arrays.equals(expected, md5.digest())) {
                    throw requests.damaged("returned other bytes than were sent", null);
                }
            }
            if (in.read() >= 0) {
                throw requests.damaged("returned more bytes than were sent", null);
            }
        }
    }

    /** Whether an ETag is that MD5. */
    static boolean isDigest(@Nullable String tag, byte[] md5) {
        String expected = HexFormat.of().formatHex(md5);
        return tag != null && tag.replaceAll("^W/|\"|-[0-9]+$", "").equalsIgnoreCase(expected);
    }

    /** Whether a checksum that the store gave is the CRC-32 of those bytes. */
    static boolean isChecksum(@Nullable String crc32, PartBuffer bytes) {
        return crc32 != null && crc32.equals(bytes.crc32());
    }
}
