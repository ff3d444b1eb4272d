package dev.satchel.batchexport.format.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BlockWriterTest {

    private static final int BLOCK = 64 * 1024;

    private final List<byte[]> arrays = new ArrayList<>();
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final BlockWriter writer = new BlockWriter(new OutputStream() {
        @Override
        public void write(int value) {
            throw new IllegalStateException("a single byte");
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            assertThat(length).isPositive();
            arrays.add(bytes);
            written.write(bytes, offset, length);
        }
    });

    @Test
    void passesABlockOfOthersOnWithoutACopy() throws IOException {
        byte[] block = bytes(BLOCK);

        writer.put(block);
        writer.put('x');
        writer.put(block);
        writer.flush();

        assertThat(arrays).hasSize(3);
        assertThat(arrays.get(0)).isSameAs(block);
        assertThat(arrays.get(2)).isSameAs(block);
    }

    @Test
    void keepsTheOrderOfPiecesOfEverySize() throws IOException {
        byte[] all = bytes(10 * BLOCK);
        int done = 0;
        for (int length : new int[] {1, BLOCK - 1, BLOCK, 7, BLOCK + 1, BLOCK - 8, 0, 3 * BLOCK, 100}) {
            writer.put(all, done, length);
            done += length;
        }
        writer.flush();

        assertThat(written.toByteArray()).isEqualTo(Arrays.copyOf(all, done));
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }
}
