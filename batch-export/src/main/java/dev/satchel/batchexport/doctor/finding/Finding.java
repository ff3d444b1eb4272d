package dev.satchel.batchexport.doctor.finding;

import java.util.Locale;
import java.util.stream.Stream;

/**
 * One thing that was looked at.
 *
 * @param check names the check; stays the same from version to version
 * @param found a sentence with what was found
 * @param remedy a sentence with what to do; empty if there is nothing to do
 */
public record Finding(String check, Verdict verdict, String found, String remedy) {

    /** How a check ended. */
    public enum Verdict {
        OK,
        /** Worth a look by day. */
        WARNING,
        /** Satchel does not work as it should until somebody acts. */
        FAILED,
        /** It could not be looked at. */
        NOT_CHECKED;

        /** The name in JSON, for example {@code not_checked}. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        private String label() {
            return this == FAILED ? name() : code().replace('_', ' ');
        }
    }

    public static Finding ok(String check, String found) {
        return new Finding(check, Verdict.OK, found, "");
    }

    public static Finding warning(String check, String found, String remedy) {
        return new Finding(check, Verdict.WARNING, found, remedy);
    }

    public static Finding failed(String check, String found, String remedy) {
        return new Finding(check, Verdict.FAILED, found, remedy);
    }

    public static Finding notChecked(String check, String found, String remedy) {
        return new Finding(check, Verdict.NOT_CHECKED, found, remedy);
    }

    public boolean isFailed() {
        return verdict == Verdict.FAILED;
    }

    /** The finding for people: what was found, and below it what to do. */
    public Stream<String> lines() {
        String line = "%-11s  %s: %s".formatted(verdict.label(), check, found);
        return remedy.isEmpty() ? Stream.of(line) : Stream.of(line, " ".repeat(13) + remedy);
    }
}
