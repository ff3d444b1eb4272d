package dev.satchel.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.AbortSignal;
import dev.satchel.UserId;
import dev.satchel.export.Exports;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.RecordSink;
import dev.satchel.record.UserRecords;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Two words, pushed one after the other. */
public final class TwoWords implements UserRecords {

    String fault = "";
    AbortSignal signal = new AbortSignal();
    Runnable between = () -> {};
    Runnable after = () -> {};

    @Override
    public Snapshot read(
            UserId user, List<Dataset> datasets, ExportFilters filters, RecordSink sink, AbortSignal signal)
            throws IOException {
        this.signal = signal;
        sink.beginDataset(LearningDatasets.VOCABULARY, List.of(new Column("word", Column.Type.TEXT)));
        word("perro", sink);
        between.run();
        if (!fault.isEmpty()) {
            throw new IllegalStateException(fault);
        }
        word("gato", sink);
        sink.endDataset();
        Snapshot snapshot = new Snapshot(Exports.NOON, Map.of(LearningDatasets.VOCABULARY, 2L), List.of(), "001");
        after.run();
        return snapshot;
    }

    private static void word(String word, RecordSink sink) throws IOException {
        byte[] utf8 = word.getBytes(UTF_8);
        sink.beginRecord();
        sink.text(utf8, 0, utf8.length);
        sink.endRecord();
    }
}
