package dev.satchel.record.hash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.record.Column;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordHasherTest {

    private static final List<Column> TWO_TEXTS =
            List.of(new Column("a", Column.Type.TEXT), new Column("b", Column.Type.TEXT));

    private static String hash(String[]... records) {
        RecordHasher hasher = new RecordHasher();
        hasher.begin(TWO_TEXTS);
        for (String[] record : records) {
            hasher.beginRecord();
            for (String value : record) {
                if (value == null) {
                    hasher.missing();
                } else {
                    byte[] utf8 = value.getBytes(UTF_8);
                    hasher.text(utf8, 0, utf8.length);
                }
            }
            hasher.endRecord();
        }
        return hasher.hash().toString();
    }

    private static String[] record(String... values) {
        return values;
    }

    @Test
    void doesNotDependOnTheOrderOfRecords() {
        assertThat(hash(record("a", "b"), record("c", "d"))).isEqualTo(hash(record("c", "d"), record("a", "b")));
    }

    @Test
    void countsARecordThatIsThereTwice() {
        assertThat(hash(record("a", "b"), record("a", "b")))
                .isNotEqualTo(hash())
                .isNotEqualTo(hash(record("a", "b")));
    }

    @Test
    void tellsValuesApartThatLookTheSameSideBySide() {
        assertThat(List.of(
                        hash(record("ab", "")),
                        hash(record("a", "b")),
                        hash(record("", "ab")),
                        hash(record("ab", null)),
                        hash(record(null, "ab")),
                        hash(record("", "")),
                        hash(record(null, null)),
                        hash()))
                .doesNotHaveDuplicates();
    }

    @Test
    void takesJsonAsAFileHasIt() {
        assertThat(json("{\"a\": 1}")).isEqualTo(json(" \n{\"a\":\n1}\t")).isNotEqualTo(json("{\"a\":1}"));
        assertThat(json("null")).isEqualTo(json(" null\r\n")).isNotEqualTo(json("\"null\""));
    }

    private static String json(String text) {
        RecordHasher hasher = new RecordHasher();
        hasher.begin(List.of(new Column("a", Column.Type.JSON)));
        hasher.beginRecord();
        byte[] utf8 = ("x" + text + "x").getBytes(UTF_8);
        hasher.json(utf8, 1, utf8.length - 2);
        hasher.endRecord();
        return hasher.hash().toString();
    }

    // Computed by PostgreSQL: docs/datasets.md has the statement.
    @Test
    void hasTheHashThatPostgresHas() {
        assertThat(hash()).isEqualTo("0".repeat(32));
        assertThat(hash(record("niño", null), record("", "b"))).isEqualTo("175ed8418dc89120cdfca1be68efdece");
    }
}
