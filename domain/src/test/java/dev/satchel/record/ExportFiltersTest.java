package dev.satchel.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.satchel.record.filter.Compression;
import dev.satchel.record.filter.Difficulty;
import dev.satchel.record.filter.Period;
import dev.satchel.record.filter.Phase;
import dev.satchel.record.filter.RecipientKey;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExportFiltersTest {

    private static final List<String> ZONES = new TreeSet<>(ZoneId.getAvailableZoneIds())
            .stream().filter(Period.REGION.asMatchPredicate()).toList();

    private final Random random = new Random(20260301);

    @Test
    void survivesTheWayThroughText() {
        for (int round = 0; round < 5000; round++) {
            ExportFilters filters = anyFilters();

            assertThat(ExportFilters.of(filters.texts())).isEqualTo(filters);
        }
    }

    private ExportFilters anyFilters() {
        return new ExportFilters(
                anyPeriod(),
                any(Difficulty.values()),
                any(Phase.values()),
                any(Compression.values()),
                random.nextBoolean() ? null : new RecipientKey("mDME" + random.nextInt()),
                ExportFilters.Profile.values()[random.nextInt(2)]);
    }

    private @Nullable Period anyPeriod() {
        LocalDate first = LocalDate.of(1, 1, 1).plusDays(random.nextInt(3_000_000));
        LocalDate last = first.plusDays(random.nextInt(3) * (long) random.nextInt(400));
        ZoneId zone = random.nextBoolean() ? ZoneOffset.UTC : ZoneId.of(ZONES.get(random.nextInt(ZONES.size())));
        return switch (random.nextInt(4)) {
            case 0 -> null;
            case 1 -> random.nextBoolean() ? new Period(first, null, zone) : Period.withoutZone(first, null);
            case 2 -> new Period(null, last, zone);
            default -> new Period(first, last, zone);
        };
    }

    private <T> @Nullable T any(T[] values) {
        int index = random.nextInt(values.length + 1);
        return index == values.length ? null : values[index];
    }

    @Test
    void readsHowTheFileIsCompressed() {
        assertThat(ExportFilters.of(Map.of("compress", "zstd")).compressionOfFile())
                .contains(Compression.ZSTD);
        assertThat(ExportFilters.NONE.compressionOfFile()).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExportFilters.of(Map.of("compress", "zip")))
                .withMessageContaining("zip")
                .withMessageContaining("gzip, zstd");
    }

    @Test
    void holdsEveryColumnUnlessAProfileSaysOtherwise() {
        Column score = new Column("score", Column.Type.DECIMAL, Column.Origin.DERIVED);
        Column name = new Column("name", Column.Type.TEXT, Column.Origin.PROVIDED);
        Column visit = new Column("visit", Column.Type.INSTANT, Column.Origin.OBSERVED);
        Column unknown = new Column("unknown", Column.Type.TEXT);

        assertThat(List.of(score, name, visit, unknown)).allMatch(ExportFilters.NONE.profile()::holds);
        assertThat(List.of(score, name, visit, unknown))
                .filteredOn(ExportFilters.of(Map.of("profile", "portability")).profile()::holds)
                .containsExactly(name, visit, unknown);
        assertThat(ExportFilters.of(Map.of("profile", "access"))).isEqualTo(ExportFilters.NONE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExportFilters.of(Map.of("profile", "all")))
                .withMessage("unknown profile 'all': expected one of access, portability");
    }

    @Test
    void isNothingWithoutText() {
        assertThat(ExportFilters.of(Map.of())).isEqualTo(ExportFilters.NONE);
        assertThat(ExportFilters.NONE.texts()).isEmpty();
    }

    @Test
    void readsDatesInUtcUnlessAZoneIsGiven() {
        Period stated = new Period(LocalDate.parse("2026-01-01"), null, ZoneOffset.UTC);
        Period without = ExportFilters.of(Map.of("from", "2026-01-01")).days().orElseThrow();

        assertThat(without.zone()).isEqualTo(ZoneOffset.UTC);
        assertThat(without.start()).isEqualTo(stated.start());
        assertThat(ExportFilters.of(Map.of("from", "2026-01-01", "zone", "UTC")).days())
                .contains(stated);
    }

    @Test
    void tellsAZoneThatIsStatedFromNone() {
        Map<String, String> without = Map.of("from", "2026-01-01");
        Map<String, String> utc = Map.of("from", "2026-01-01", "zone", "UTC");

        assertThat(ExportFilters.of(without).texts()).isEqualTo(without);
        assertThat(ExportFilters.of(utc).texts()).isEqualTo(utc);
        assertThat(ExportFilters.of(without))
                .isNotEqualTo(ExportFilters.of(utc))
                .isEqualTo(ExportFilters.of(without));
        assertThat(ExportFilters.of(without).days().flatMap(Period::statedZone)).isEmpty();
    }

    @Test
    void showsNoKeyInItsText() {
        assertThat(ExportFilters.of(Map.of("encrypt_to", "mDMEsecret")).toString())
                .doesNotContain("mDMEsecret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"form", "From", "FROM", "since", "", "from ", "user_id"})
    void refusesAnUnknownName(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExportFilters.of(Map.of(name, "2026-01-01")))
                .withMessage("unknown filter '" + name
                        + "': expected one of compress, difficulty, encrypt_to, from, phase, profile, to, zone");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "yesterday",
                "2026-1-1",
                "01/02/2026",
                "2026-02-30",
                "2025-02-29",
                "2026-13-01",
                "2026-01-01T00:00:00Z",
                "+2026-01-01",
                "10000-01-01",
                "2026-01-01 ",
                "٢٠٢٦-٠١-٠١"
            })
    void refusesAMalformedDate(String date) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExportFilters.of(Map.of("to", date)))
                .withMessage("'" + date + "' is not a date for 'to': expected year-month-day such as 2026-01-31");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Mars",
                "Mars/Olympus",
                "europe/madrid",
                "+01:00",
                "UTC+1",
                "GMT+2",
                "GMT",
                "Z",
                "CET",
                "EST5EDT",
                "Etc/GMT+2",
                "Etc/UTC",
                "Europe/Madrid ",
                "../../etc/passwd"
            })
    void refusesAnUnknownZone(String zone) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExportFilters.of(Map.of("from", "2026-01-01", "zone", zone)))
                .withMessage("'" + zone + "' is not a time zone: expected an IANA name such as Europe/Madrid, or UTC");
    }

    @Test
    void refusesAZoneWithoutDates() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExportFilters.of(Map.of("zone", "UTC")))
                .withMessage(
                        "the filter 'zone' has no effect without 'from' or 'to': add one of them, or leave out 'zone'");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    difficulty|hard|unknown difficulty 'hard': expected one of beginner, intermediate, advanced
                    difficulty|BEGINNER|unknown difficulty 'BEGINNER': expected one of beginner, intermediate, advanced
                    phase|forgotten|unknown phase 'forgotten': expected one of new, learning, review, mastered
                    phase|''|unknown phase '': expected one of new, learning, review, mastered
                    """, quoteCharacter = '"')
    void refusesAnUnknownValue(String name, String value, String message) {
        String word = value.equals("''") ? "" : value;

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExportFilters.of(Map.of(name, word)))
                .withMessage(message);
    }

    @Test
    void refusesAPeriodThatEndsBeforeItBegins() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExportFilters.of(Map.of("from", "2026-01-02", "to", "2026-01-01")))
                .withMessage("the last day (to) 2026-01-01 is before the first (from) 2026-01-02");
    }
}
