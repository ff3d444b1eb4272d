package dev.satchel.record;

/** A user's file would be incomplete, because row-level security hides some of the user's own records. */
public final class HiddenRecordsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public HiddenRecordsException(HiddenRecords gap) {
        super("row security hides " + gap.records() + " of " + gap.of() + " records of " + gap.table()
                + " from their own user, so that the file would be incomplete");
    }
}
