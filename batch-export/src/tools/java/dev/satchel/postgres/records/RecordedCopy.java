package dev.satchel.postgres.records;

import dev.satchel.record.Column;
import dev.satchel.record.RecordSink;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one {@code COPY … (FORMAT binary)}, which can be decoded any number of times. In this package, because only
 * it knows the decoder.
 */
public final class RecordedCopy {

    private final List<byte[]> messages;

    private RecordedCopy(List<byte[]> messages) {
        this.messages = messages;
    }

    /** Runs the COPY and keeps every message. */
    public static RecordedCopy of(Connection connection, String copy) throws SQLException {
        List<byte[]> messages = new ArrayList<>();
        try (RunningCopy running = new RunningCopy(connection, copy)) {
            byte @Nullable [] message;
            while ((message = running.next()) != null) {
                messages.add(message);
            }
        }
        return new RecordedCopy(messages);
    }

    /** Reads what {@link #write} has written. */
    public static RecordedCopy read(InputStream from) throws IOException {
        DataInputStream in = new DataInputStream(from);
        List<byte[]> messages = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            messages.add(in.readNBytes(in.readInt()));
        }
        return new RecordedCopy(messages);
    }

    public void write(OutputStream to) throws IOException {
        DataOutputStream out = new DataOutputStream(to);
        out.writeInt(messages.size());
        for (byte[] message : messages) {
            out.writeInt(message.length);
            out.write(message);
        }
        out.flush();
    }

    /**
     * Decodes all messages as the reading of a user's records does.
     *
     * @return the number of records
     */
    public long decode(List<Column> columns, RecordSink sink) throws IOException {
        BinaryCopyDecoder decoder = new BinaryCopyDecoder(columns, sink);
        for (byte[] message : messages) {
            decoder.accept(message);
        }
        return decoder.finish();
    }
}
