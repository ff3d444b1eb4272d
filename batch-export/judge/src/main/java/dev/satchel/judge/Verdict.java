package dev.satchel.judge;

/** What can be wrong with a history. */
public enum Verdict {

    /** The system gave the export up, or says that it is done, but its file is not there. */
    LOST,

    /** The export was published more than once. */
    DOUBLED,

    /** When all was quiet, the export was neither done nor given up. */
    STUCK,

    /** The published file does not hold exactly the records that were asked for. */
    TRUNCATED,

    /** An object is left that is not the file of any export. */
    ORPHANED,

    /**
     * Something was written that came too late: a published file was written again, or a worker published an export that
     * another worker had taken up since.
     */
    STALE_WRITE
}
