package dev.satchel.batchexport.format.compress;

import com.github.luben.zstd.ZstdOutputStream;
import dev.satchel.batchexport.format.value.EnclosingWriter;
import dev.satchel.batchexport.format.value.UnclosedOutputStream;
import dev.satchel.delivery.CompressionUnavailableException;
import dev.satchel.delivery.FileFormats;
import dev.satchel.record.filter.Compression;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a file of another format, compressed. The same file gives the same bytes: the header of gzip holds no time and
 * no name. Both kinds end in a checksum. Used by one thread.
 */
public final class CompressedWriter extends EnclosingWriter {

    /** Each call of a compressor costs as much as many bytes. */
    private static final int PIECE = 64 * 1024;

    private static final int GZIP_BUFFER = 8 * 1024;

    /** The default of zstd: a window of 2 MiB, and a few MiB of native memory. */
    private static final int ZSTD_LEVEL = 3;

    private CompressedWriter(OutputStream compressed, FileFormats.Writer writer) {
        super(compressed, writer);
    }

    /**
     * Begins a compressed file on {@code out}. The compressor begins with the first bytes, and throws a {@link
     * CompressionUnavailableException} then if its library cannot be loaded.
     *
     * @param format begins the file that is compressed
     */
    public static CompressedWriter open(
            Compression compression, OutputStream out, Function<OutputStream, FileFormats.Writer> format) {
        OutputStream compressed =
                new BufferedOutputStream(new Compressor(compression, new UnclosedOutputStream(out)), PIECE);
        return new CompressedWriter(compressed, format.apply(compressed));
    }

    @Override
    public void encoded(byte[] bytes, int offset, int length) throws IOException {
        writer().encoded(bytes, offset, length);
    }

    /** Compresses what is written, from the first byte to {@link #close}. */
    private static final class Compressor extends OutputStream {

        private final Compression compression;
        private final OutputStream out;
        private @Nullable OutputStream begun;

        Compressor(Compression compression, OutputStream out) {
            this.compression = compression;
            this.out = out;
        }

        @Override
        public void write(int value) throws IOException {
            begun().write(value);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            begun().write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            begun().close();
        }

        private OutputStream begun() throws IOException {
            if (begun == null) {
                begun = switch (compression) {
                    case GZIP -> new GZIPOutputStream(out, GZIP_BUFFER);
                    case ZSTD -> zstd(out);
                };
            }
            return begun;
        }

        // Its native library is unpacked and loaded only now, so that a worker that cannot do that delivers the rest.
        private static OutputStream zstd(OutputStream out) throws IOException {
            try {
                return new ZstdOutputStream(out, ZSTD_LEVEL).setChecksum(true);
            } catch (LinkageError unavailable) {
                throw new CompressionUnavailableException(Compression.ZSTD, unavailable);
            }
        }
    }
}
