package dev.satchel.record;

import dev.satchel.Codes;
import dev.satchel.record.filter.Compression;
import dev.satchel.record.filter.Difficulty;
import dev.satchel.record.filter.Period;
import dev.satchel.record.filter.Phase;
import dev.satchel.record.filter.RecipientKey;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The filters of an export: a period, the difficulty of words, and the phase of learning them, each of which is optional,
 * and the profile, which chooses columns. The compression of the file and the key to which it is encrypted are no filters;
 * they stand here because requests that differ in them are different exports.
 */
public record ExportFilters(
        @Nullable Period period,
        @Nullable Difficulty difficulty,
        @Nullable Phase phase,
        @Nullable Compression compression,
        @Nullable RecipientKey recipient,
        Profile profile) {

    /** No filter: all of a user's records of the type. */
    public static final ExportFilters NONE = new ExportFilters(null, null, null);

    /** The name of the option that holds a {@link RecipientKey}. */
    public static final String ENCRYPT_TO = "encrypt_to";

    private static final Set<String> NAMES =
            new TreeSet<>(Set.of("from", "to", "zone", "difficulty", "phase", "compress", ENCRYPT_TO, "profile"));

    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("uuuu-MM-dd", Locale.ROOT).withResolverStyle(ResolverStyle.STRICT);

    /** Which columns of the data an export holds: what one right of the person asks for. */
    public enum Profile {
        /** Every column: the right of access, Article 15 of the General Data Protection Regulation. */
        ACCESS,
        /**
         * What the person provided and what was observed of them: the right to data portability, Article 20. A column of
         * unknown origin is held, because it may be theirs.
         */
        PORTABILITY;

        /**
         * The profile of that name.
         *
         * @throws IllegalArgumentException if no profile has that name; the message lists the names that exist
         */
        public static Profile of(String code) {
            return Codes.find("profile", code, values(), Profile::code);
        }

        /** The name in the database and on the command line. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether a file of this profile has the column. */
        public boolean holds(Column column) {
            return column.knownOrigin().map(this::holds).orElse(true);
        }

        /** Whether a file of this profile has values of that origin. */
        boolean holds(Column.Origin origin) {
            return this == ACCESS || origin != Column.Origin.DERIVED;
        }
    }

    /** Filters of an export that holds every column and whose file is neither compressed nor encrypted. */
    public ExportFilters(@Nullable Period period, @Nullable Difficulty difficulty, @Nullable Phase phase) {
        this(period, difficulty, phase, null, null, Profile.ACCESS);
    }

    /**
     * Reads filters from their text.
     *
     * @throws IllegalArgumentException for an unknown name or a malformed value; the message says which, and what is
     *     allowed
     */
    public static ExportFilters of(Map<String, String> texts) {
        for (String name : texts.keySet()) {
            if (!NAMES.contains(name)) {
                throw new IllegalArgumentException(
                        "unknown filter '" + name + "': expected one of " + String.join(", ", NAMES));
            }
        }
        LocalDate from = day("from", texts.get("from"));
        LocalDate to = day("to", texts.get("to"));
        String zone = texts.get("zone");
        if (zone != null && from == null && to == null) {
            throw new IllegalArgumentException(
                    "the filter 'zone' has no effect without 'from' or 'to': add one of them, or leave out 'zone'");
        }
        String difficulty = texts.get("difficulty");
        String phase = texts.get("phase");
        String compress = texts.get("compress");
        String recipient = texts.get(ENCRYPT_TO);
        String profile = texts.get("profile");
        Period period = null;
        if (from != null || to != null) {
            period = zone == null ? Period.withoutZone(from, to) : new Period(from, to, Period.zone(zone));
        }
        return new ExportFilters(
                period,
                difficulty == null ? null : Difficulty.of(difficulty),
                phase == null ? null : Phase.of(phase),
                compress == null ? null : Compression.of(compress),
                recipient == null ? null : new RecipientKey(recipient),
                profile == null ? Profile.ACCESS : Profile.of(profile));
    }

    private static @Nullable LocalDate day(String name, @Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return LocalDate.parse(text, DAY);
        } catch (DateTimeException malformed) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a date for '" + name + "': expected year-month-day such as 2026-01-31",
                    malformed);
        }
    }

    /** The period; empty if the export is not limited to one. */
    public Optional<Period> days() {
        return Optional.ofNullable(period);
    }

    /** The difficulty of the words; empty if the export is not limited to one. */
    public Optional<Difficulty> difficultyOfWords() {
        return Optional.ofNullable(difficulty);
    }

    /** The phase of the words; empty if the export is not limited to one. */
    public Optional<Phase> phaseOfWords() {
        return Optional.ofNullable(phase);
    }

    /** How the file is compressed; empty if it is not. */
    public Optional<Compression> compressionOfFile() {
        return Optional.ofNullable(compression);
    }

    /** To whose key the file is encrypted; empty if it is not. */
    public Optional<RecipientKey> recipientOfFile() {
        return Optional.ofNullable(recipient);
    }

    /** These filters as names and values, such that {@code of(f.texts())} equals {@code f}; empty without filters. */
    public Map<String, String> texts() {
        Map<String, String> texts = new TreeMap<>();
        if (period != null) {
            if (period.from() != null) {
                texts.put("from", period.from().format(DAY));
            }
            if (period.to() != null) {
                texts.put("to", period.to().format(DAY));
            }
            // Left out where it was, because the times in an archive are in the user's own zone then.
            period.statedZone()
                    .ifPresent(zone -> texts.put("zone", zone.equals(ZoneOffset.UTC) ? "UTC" : zone.getId()));
        }
        if (difficulty != null) {
            texts.put("difficulty", difficulty.code());
        }
        if (phase != null) {
            texts.put("phase", phase.code());
        }
        if (compression != null) {
            texts.put("compress", compression.code());
        }
        if (recipient != null) {
            texts.put(ENCRYPT_TO, recipient.text());
        }
        // The default is left out, so that requests with and without it are equal. A row that the application wrote
        // with
        // it is another request to the database, which compares the text of filters.
        if (profile != Profile.ACCESS) {
            texts.put("profile", profile.code());
        }
        return Map.copyOf(texts);
    }
}
