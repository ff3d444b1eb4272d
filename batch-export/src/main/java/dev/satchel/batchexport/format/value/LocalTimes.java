package dev.satchel.batchexport.format.value;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.RecordSink;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Passes records on with a second column beside each one of moments: the time that a clock on the wall showed then, to
 * the second, for people. The moments themselves stay exact and in UTC. Used by one thread.
 */
public final class LocalTimes implements RecordSink {

    private static final String SUFFIX = "_local";

    private final RecordSink target;
    private final ZoneRules rules;
    private final byte[] text = new byte[Iso8601.LONGEST_MOMENT];
    private boolean[] isMoment = {};
    private int column;

    public LocalTimes(ZoneId zone, RecordSink target) {
        this.rules = zone.getRules();
        this.target = target;
    }

    /** The columns with those that are added: {@code started_at} is followed by {@code started_at_local}. */
    public static List<Column> added(List<Column> columns) {
        Set<String> names = new HashSet<>();
        columns.forEach(each -> names.add(each.name()));
        List<Column> all = new ArrayList<>();
        for (Column each : columns) {
            all.add(each);
            if (each.type() == Column.Type.INSTANT) {
                String name = each.name() + SUFFIX;
                // A table may have a column of that name.
                while (!names.add(name)) {
                    name += "_";
                }
                all.add(new Column(name, Column.Type.TEXT));
            }
        }
        return all;
    }

    @Override
    public void begin(Instant takenAt, ZoneId zone) throws IOException {
        target.begin(takenAt, zone);
    }

    @Override
    public void beginDataset(Dataset dataset, List<Column> columns) throws IOException {
        isMoment = new boolean[columns.size()];
        for (int index = 0; index < isMoment.length; index++) {
            isMoment[index] = columns.get(index).type() == Column.Type.INSTANT;
        }
        target.beginDataset(dataset, added(columns));
    }

    @Override
    public void beginRecord() throws IOException {
        column = 0;
        target.beginRecord();
    }

    @Override
    public void missing() throws IOException {
        target.missing();
        if (isMoment[column++]) {
            target.missing();
        }
    }

    @Override
    public void bool(boolean value) throws IOException {
        column++;
        target.bool(value);
    }

    @Override
    public void integer(long value) throws IOException {
        column++;
        target.integer(value);
    }

    @Override
    public void decimal(byte[] ascii, int offset, int length) throws IOException {
        column++;
        target.decimal(ascii, offset, length);
    }

    @Override
    public void nonFinite(NonFinite value) throws IOException {
        target.nonFinite(value);
        if (isMoment[column++]) {
            target.missing();
        }
    }

    @Override
    public void uuid(long mostSignificantBits, long leastSignificantBits) throws IOException {
        column++;
        target.uuid(mostSignificantBits, leastSignificantBits);
    }

    @Override
    public void text(byte[] utf8, int offset, int length) throws IOException {
        column++;
        target.text(utf8, offset, length);
    }

    @Override
    public void json(byte[] utf8, int offset, int length) throws IOException {
        column++;
        target.json(utf8, offset, length);
    }

    @Override
    public void instant(long epochSecond, int microOfSecond) throws IOException {
        column++;
        target.instant(epochSecond, microOfSecond);
        int shift = rules.getOffset(Instant.ofEpochSecond(epochSecond)).getTotalSeconds();
        target.text(text, 0, Iso8601.clock(text, 0, epochSecond + shift));
    }

    @Override
    public void date(long epochDay) throws IOException {
        column++;
        target.date(epochDay);
    }

    @Override
    public void endRecord() throws IOException {
        target.endRecord();
    }

    @Override
    public void endDataset() throws IOException {
        target.endDataset();
    }

    /** A moment as {@link LocalTimes} writes it, for example {@code 2026-01-31 19:30:00}. */
    public static String text(Instant moment, ZoneId zone) {
        byte[] text = new byte[Iso8601.LONGEST_MOMENT];
        int shift = zone.getRules().getOffset(moment).getTotalSeconds();
        return new String(text, 0, Iso8601.clock(text, 0, moment.getEpochSecond() + shift), US_ASCII);
    }
}
