package dev.satchel.record;

/** A file would lack records of its own user, which row security hides from them. */
public final class HiddenRecordsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public HiddenRecordsException(HiddenRecords gap) {
        super("row security hides " + gap.records() + " of " + gap.of() + " records of " + gap.table()
                + " from their own user, so that the file would be incomplete");
    }
}
