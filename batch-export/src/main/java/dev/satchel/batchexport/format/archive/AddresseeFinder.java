package dev.satchel.batchexport.format.archive;

import dev.satchel.batchexport.format.value.RecordObjects;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the {@link Addressee} in the records of {@code settings} and {@code profile}. Used by one thread. */
final class AddresseeFinder extends RecordObjects {

    private static final String SETTINGS = "settings";
    private static final String PROFILE = "profile";
    private static final String LANGUAGE = "language";
    private static final String FULL_NAME = "full_name";
    private static final String USERNAME = "username";
    private static final Set<String> COLUMNS = Set.of(LANGUAGE, FULL_NAME, USERNAME);

    /** A name that is longer would fill the page that greets with it. */
    private static final int LONGEST_NAME = 100;

    private final Map<String, String> found = new HashMap<>();
    private ZoneId zone = ZoneOffset.UTC;
    private String dataset = "";
    private List<Column> columns = List.of();

    /** Whether records of the dataset say something about the addressee. */
    static boolean reads(Dataset dataset) {
        return dataset.name().equals(SETTINGS) || dataset.name().equals(PROFILE);
    }

    Addressee addressee() {
        return new Addressee(
                language(SETTINGS).or(() -> language(PROFILE)).orElse(Language.ENGLISH),
                text(PROFILE, FULL_NAME).or(() -> text(PROFILE, USERNAME)),
                zone);
    }

    private Optional<Language> language(String of) {
        return text(of, LANGUAGE).flatMap(Language::find);
    }

    private Optional<String> text(String of, String column) {
        return Optional.ofNullable(found.get(of + "." + column));
    }

    @Override
    public void begin(Instant takenAt, ZoneId zoneOfUser) {
        zone = zoneOfUser;
    }

    @Override
    public void beginDataset(Dataset begun, List<Column> columnsOfDataset) {
        dataset = begun.name();
        columns = List.copyOf(columnsOfDataset);
    }

    @Override
    protected void record(List<@Nullable Object> values) {
        for (int index = 0; index < columns.size(); index++) {
            String column = columns.get(index).name();
            if (COLUMNS.contains(column) && values.get(index) instanceof String text) {
                String line = oneLine(text);
                if (!line.isEmpty()) {
                    found.putIfAbsent(dataset + "." + column, line);
                }
            }
        }
    }

    // A name is greeted with on a line of its own, so line ends, controls and marks that turn the direction of writing
    // become spaces. The two characters that join or part the letters of Persian, Hindi and others stay.
    private static String oneLine(String text) {
        String line = text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\s&&[^\u200C\u200D]]+", " ")
                .strip();
        if (line.chars().allMatch(each -> each == ' ' || each == '\u200C' || each == '\u200D')) {
            return "";
        }
        return line.codePointCount(0, line.length()) <= LONGEST_NAME
                ? line
                : line.substring(0, line.offsetByCodePoints(0, LONGEST_NAME)) + "…";
    }

    @Override
    public void endDataset() {
        dataset = "";
        columns = List.of();
    }
}
