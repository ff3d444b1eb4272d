package dev.satchel.batchexport.cli.export;

import dev.satchel.export.ExportFormat;
import dev.satchel.export.Failure;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.filter.Compression;
import dev.satchel.record.filter.Difficulty;
import dev.satchel.record.filter.Phase;
import java.util.Arrays;
import java.util.Iterator;

/** What a shell completes the values of options to. */
final class Candidates {

    private Candidates() {}

    /** Of {@code --format}. */
    static final class Formats implements Iterable<String> {

        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(ExportFormat.values()).map(ExportFormat::code).iterator();
        }
    }

    /** Of {@code --compress}. */
    static final class Compressions implements Iterable<String> {

        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Compression.values()).map(Compression::code).iterator();
        }
    }

    /** Of {@code --difficulty}. */
    static final class Difficulties implements Iterable<String> {

        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Difficulty.values()).map(Difficulty::code).iterator();
        }
    }

    /** Of {@code --phase}. */
    static final class Phases implements Iterable<String> {

        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Phase.values()).map(Phase::code).iterator();
        }
    }

    /** Of {@code --profile}. */
    static final class Profiles implements Iterable<String> {

        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(ExportFilters.Profile.values())
                    .map(ExportFilters.Profile::code)
                    .iterator();
        }
    }

    /** Of {@code --status}. */
    static final class Statuses implements Iterable<String> {

        @Override
        public Iterator<String> iterator() {
            return ListCommand.STATUSES.iterator();
        }
    }

    /** Of {@code --code}. */
    static final class ErrorCodes implements Iterable<String> {

        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Failure.Code.values()).map(Failure.Code::code).iterator();
        }
    }
}
