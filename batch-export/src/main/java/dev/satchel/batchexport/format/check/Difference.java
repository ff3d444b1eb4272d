package dev.satchel.batchexport.format.check;

import java.util.Locale;

/**
 * One respect in which a file differs from what is on record. Holds no value of a record. Where something is on
 * record, names come from there; what an archive holds besides is named as the archive names it.
 *
 * @param of the dataset or the file inside the archive; empty if it is the whole file
 * @param recorded what is on record
 * @param found what the store has
 */
public record Difference(Kind kind, String of, String recorded, String found) {

    /** What differs. */
    public enum Kind {
        /** The store has no such file. */
        MISSING,
        /** The number of bytes. */
        SIZE,
        /** The checksum of the bytes. */
        SHA256,
        /** The file cannot be read to its end as what it should be. */
        CONTENT,
        /** The number of records of a dataset. */
        RECORDS,
        /** A file inside the archive. */
        ENTRY,
        /** A part of a ZIP that is no file, which programs may read differently. */
        ZIP,
        /** The hash of a dataset's records. */
        HASH,
        /** The two files of a dataset hold other records. */
        VALUES,
        /** The manifest inside the file. */
        MANIFEST,
        /** The columns of the row contradict the manifest that it holds. */
        ROW;

        /** The name in the output of the program. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
