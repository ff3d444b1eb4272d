package dev.satchel.batchexport.store.file;

import java.util.function.Supplier;

/** Is told of the requests that send the content of files. Safe for use by many threads. */
@FunctionalInterface
public interface UploadObserver {

    /** Observes nothing. */
    UploadObserver NONE = () -> new Requests() {
        @Override
        public <T> T send(Supplier<T> request) {
            return request.get();
        }
    };

    /** An upload begins in this thread; others may send its content. */
    Requests begins();

    /** The requests of one upload. */
    interface Requests {

        /** Sends a part of a file, or a small file as a whole, and returns the answer. */
        <T> T send(Supplier<T> request);
    }
}
