package dev.satchel.record;

/** Is told when a dataset of a user is read, once per dataset and never per record. Safe for use by many threads. */
@FunctionalInterface
public interface DatasetObserver {

    /** Observes nothing. */
    DatasetObserver NONE = dataset -> () -> {};

    /** The reading of a dataset begins in this thread. */
    Observed begins(Dataset dataset);

    /** A dataset that is being read. */
    @FunctionalInterface
    interface Observed {

        /** The reading has ended, completed or not. */
        void ended();
    }
}
