package dev.satchel.batchexport.format.csv;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import org.jspecify.annotations.Nullable;

/** Decodes a large value from UTF-8 in small pieces, so that its text is never in memory as a whole. */
public final class LargeText extends Reader {

    private static final int PIECE = 16 * 1024;

    private final Reader source;
    private final EscapedFormulas.@Nullable Pieces escaped;
    private final char[] buffer = new char[PIECE];
    private final StringBuilder read = new StringBuilder(2 * PIECE);
    private String piece = "";
    private int position;
    private boolean ended;

    /** @param escaped escapes formulas; null for no escaping */
    public LargeText(byte[] utf8, int offset, int length, EscapedFormulas.@Nullable Pieces escaped) {
        this.source = new InputStreamReader(new ByteArrayInputStream(utf8, offset, length), UTF_8);
        this.escaped = escaped;
    }

    @Override
    public int read() throws IOException {
        while (position == piece.length()) {
            if (ended) {
                return -1;
            }
            next();
        }
        return piece.charAt(position++);
    }

    @Override
    public int read(char[] target, int offset, int length) throws IOException {
        int count = 0;
        for (int next = length == 0 ? -1 : read(); next >= 0; next = count == length ? -1 : read()) {
            target[offset + count++] = (char) next;
        }
        return count == 0 && length > 0 ? -1 : count;
    }

    private void next() throws IOException {
        int count = source.read(buffer);
        ended = count < 0;
        read.append(buffer, 0, Math.max(count, 0));
        int cut = escaped == null || ended ? read.length() : escaped.cut(read);
        String raw = read.substring(0, cut);
        read.delete(0, cut);
        piece = escaped == null ? raw : escaped.next(raw, ended);
        position = 0;
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
