package dev.satchel.batchexport.format;

import dev.satchel.record.Column;
import dev.satchel.record.RecordSink.NonFinite;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Random and hostile values of every type, in the form that {@link Written} takes. */
final class RandomValues {

    private static final List<String> CHARACTERS = List.of(
            "\r",
            "\n",
            "\t",
            "\"",
            ",",
            ";",
            "|",
            "'",
            "\\",
            "/",
            "=",
            "+",
            "-",
            "@",
            " ",
            "\u0000",
            "\b",
            "\f",
            "\u0001",
            "\u001f",
            "\u007f",
            "\u0085",
            "\u00a0",
            "\u200b",
            "\ufeff",
            "\u2028",
            "\u202e",
            "\u3000",
            "＝",
            "＋",
            "－",
            "＠",
            "\u00ad",
            "😀",
            "\uDB40\uDC01",
            "é",
            "ß",
            "İ",
            "日",
            "a",
            "b",
            "c",
            "d",
            "Z",
            "0",
            "~",
            "}");

    // The range of PostgreSQL's timestamps and dates.
    private static final long FIRST_SECOND = -210_866_803_200L;
    private static final long LAST_SECOND = 9_224_318_016_000L - 1;
    private static final long FIRST_DAY = LocalDate.of(-4713, 11, 24).toEpochDay();
    private static final long LAST_DAY = LocalDate.of(5_874_897, 12, 31).toEpochDay();

    private RandomValues() {}

    static @Nullable Object next(Random random, Column.Type type) {
        return random.nextInt(12) == 0
                ? null
                : switch (type) {
                    case BOOLEAN -> random.nextBoolean();
                    case INTEGER -> integer(random);
                    case DECIMAL -> random.nextInt(20) == 0 ? nonFinite(random) : decimal(random);
                    case UUID -> new UUID(random.nextLong(), random.nextLong());
                    case TEXT -> text(random);
                    case JSON -> json(random);
                    case INSTANT -> random.nextInt(20) == 0 ? nonFinite(random) : moment(random);
                    case DATE -> random.nextInt(20) == 0 ? nonFinite(random) : day(random);
                };
    }

    static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int left = random.nextInt(random.nextInt(8) == 0 ? 60 : 12); left > 0; left--) {
            text.append(CHARACTERS.get(random.nextInt(CHARACTERS.size())));
        }
        return text.toString();
    }

    private static long integer(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(200) - 100;
            case 1 -> random.nextLong();
            // Around the powers of ten, where the number of digits changes.
            default -> {
                long power = BigInteger.TEN.pow(random.nextInt(19)).longValueExact();
                yield (random.nextBoolean() ? power : -power) + random.nextInt(3) - 1;
            }
        };
    }

    private static String decimal(Random random) {
        return new BigDecimal(new BigInteger(random.nextInt(200), random), random.nextInt(40)).toPlainString();
    }

    private static NonFinite nonFinite(Random random) {
        return NonFinite.values()[random.nextInt(NonFinite.values().length)];
    }

    private static Long moment(Random random) {
        long second = random.nextInt(3) == 0
                ? random.nextLong(FIRST_SECOND, LAST_SECOND)
                : random.nextLong(-4_000_000_000L, 4_000_000_000L);
        return second * 1_000_000 + random.nextInt(1_000_000);
    }

    private static Long day(Random random) {
        return random.nextInt(3) == 0 ? random.nextLong(FIRST_DAY, LAST_DAY) : random.nextLong(-40_000, 40_000);
    }

    private static String json(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> Long.toString(integer(random));
            case 1 -> JsonMapper.shared().writeValueAsString(text(random));
            case 2 -> JsonMapper.shared().writeValueAsString(List.of(text(random), integer(random), text(random)));
            default -> "{\n  \"a\" : " + JsonMapper.shared().writeValueAsString(text(random)) + ",\r\n\t\"b\":[]}";
        };
    }
}
