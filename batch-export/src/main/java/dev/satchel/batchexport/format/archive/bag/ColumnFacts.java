package dev.satchel.batchexport.format.archive.bag;

import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.RecordSink;
import java.util.List;

/**
 * What the values of a dataset's columns have in common, which a typed schema must know: a column that holds an infinite
 * number, the year 12000 or a whole number that many programs cannot hold has no type in it but text. Used by one thread.
 */
public final class ColumnFacts implements RecordSink {

    // One day less at each end, because the local time of a moment may be in the next year.
    private static final long FIRST_SECOND = -62_135_510_400L;
    private static final long LAST_SECOND = 253_402_214_400L;
    private static final long FIRST_DAY = -719_162;
    private static final long LAST_DAY = 2_932_896;

    /** Beyond these, JavaScript and other programs whose numbers are doubles read another whole number. */
    private static final long LARGEST_INTEGER = 1L << 53;

    private static final class Facts {
        private long missing;
        private boolean isText;
        private boolean hasObject;
        private boolean hasArray;
        private boolean hasOtherJson;
    }

    private List<Column> columns = List.of();
    private Facts[] facts = {};
    private int column;

    /** The columns of the dataset. */
    public List<Column> columns() {
        return columns;
    }

    /** How many records have no value in that column; 0 if there is no such column. */
    public long missing(String name) {
        for (int index = 0; index < facts.length; index++) {
            if (columns.get(index).name().equals(name)) {
                return facts[index].missing;
            }
        }
        return 0;
    }

    /** Whether values of the column can only be described as text. */
    boolean isText(int index) {
        return facts[index].isText;
    }

    /** The type of Frictionless for the JSON in the column. */
    String typeOfJson(int index) {
        Facts of = facts[index];
        if (of.hasOtherJson || of.hasObject == of.hasArray) {
            return "string";
        }
        return of.hasObject ? "object" : "array";
    }

    @Override
    public void beginDataset(Dataset dataset, List<Column> columnsOfDataset) {
        columns = List.copyOf(columnsOfDataset);
        facts = new Facts[columns.size()];
        for (int index = 0; index < facts.length; index++) {
            facts[index] = new Facts();
        }
    }

    @Override
    public void beginRecord() {
        column = 0;
    }

    @Override
    public void missing() {
        facts[column++].missing++;
    }

    @Override
    public void nonFinite(NonFinite value) {
        facts[column++].isText = true;
    }

    @Override
    public void json(byte[] utf8, int offset, int length) {
        Facts of = facts[column++];
        int at = offset;
        while (at < offset + length && utf8[at] <= ' ') {
            at++;
        }
        switch (at < offset + length ? utf8[at] : ' ') {
            case '{' -> of.hasObject = true;
            case '[' -> of.hasArray = true;
            default -> of.hasOtherJson = true;
        }
    }

    @Override
    public void instant(long epochSecond, int microOfSecond) {
        facts[column++].isText |= epochSecond < FIRST_SECOND || epochSecond > LAST_SECOND;
    }

    @Override
    public void date(long epochDay) {
        facts[column++].isText |= epochDay < FIRST_DAY || epochDay > LAST_DAY;
    }

    @Override
    public void bool(boolean value) {
        column++;
    }

    @Override
    public void integer(long value) {
        facts[column++].isText |= value > LARGEST_INTEGER || value < -LARGEST_INTEGER;
    }

    @Override
    public void decimal(byte[] ascii, int offset, int length) {
        column++;
    }

    @Override
    public void uuid(long mostSignificantBits, long leastSignificantBits) {
        column++;
    }

    @Override
    public void text(byte[] utf8, int offset, int length) {
        column++;
    }

    @Override
    public void endRecord() {}

    @Override
    public void endDataset() {}
}
