package dev.satchel.postgres.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.record.filter.Difficulty;
import dev.satchel.record.filter.Phase;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlLiteralTest {

    @Test
    void namesItsType() {
        assertThat(SqlLiteral.of(new UUID(0, 255))).isEqualTo("'00000000-0000-0000-0000-0000000000ff'::uuid");
        assertThat(SqlLiteral.of(Difficulty.BEGINNER)).isEqualTo("'beginner'::text");
        assertThat(SqlLiteral.of(Phase.NEW)).isEqualTo("'new'::text");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-31, 2026-01-31",
        "0001-01-01, 0001-01-01",
        "0000-12-31, 0001-12-31 BC",
        "-4713-11-24, 4714-11-24 BC",
        "+10000-01-01, 10000-01-01"
    })
    void writesYearsAsPostgresqlReadsThem(LocalDate date, String text) {
        assertThat(SqlLiteral.of(date)).isEqualTo("'" + text + "'::date");
        assertThat(SqlLiteral.of(Instant.parse(date + "T01:02:03.000004Z")))
                .isEqualTo("'" + text.replace(" BC", "") + " 01:02:03.000004+00" + (text.endsWith("BC") ? " BC" : "")
                        + "'::timestamptz");
    }
}
