package dev.satchel.postgres.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.record.Column;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.RecordSink.NonFinite;
import dev.satchel.record.RecordingSink;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BinaryCopyDecoderTest {

    private static final List<Column> EVERY_TYPE = Arrays.stream(Column.Type.values())
            .map(type -> new Column(type.name().toLowerCase(Locale.ROOT), type))
            .toList();

    @Test
    void decodesEveryTypeWhereverTheMessagesAreCut() throws IOException {
        byte[] copy = new Copy()
                .record(8)
                .field(1)
                .field(0, 0, 0, 7)
                .field(0, 1, 0, 0, 0, 0, 0, 1, 0, 12)
                .field(new byte[16])
                .field("ñ😀".getBytes(StandardCharsets.UTF_8))
                .field(1, '[', ']')
                .field(new byte[8])
                .field(0, 0, 0, 1)
                .record(8)
                .missing(8)
                .trailer();
        List<Object> first = List.of(
                true,
                7L,
                new BigDecimal("12.0"),
                new UUID(0, 0),
                "ñ😀",
                new RecordingSink.Json("[]"),
                Instant.parse("2000-01-01T00:00:00Z"),
                LocalDate.parse("2000-01-02"));

        for (int size = 1; size <= copy.length; size++) {
            assertThat(decode(copy, size, EVERY_TYPE))
                    .as("messages of %s bytes", size)
                    .containsExactly(first, Collections.nCopies(8, null));
        }
    }

    @Test
    void skipsAnExtensionOfTheHeader() throws IOException {
        byte[] copy = new Copy(0, 3).raw(9, 9, 9).record(1).field(0, 5).trailer();

        assertThat(decode(copy, 1, column(Column.Type.INTEGER))).containsExactly(List.of(5L));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0",
        "0, 2, 0.00",
        "1, 0, 1",
        "1, 16383, ",
        "-1, 3, -1.000",
        "10000, 0, 10000",
        "99999999, 0, 99999999",
        "0.0001, 4, 0.0001",
        "0.00001, 5, 0.00001",
        "-0.000000000012, 12, -0.000000000012",
        "12345.6789, 4, 12345.6789",
        "100000000.00000001, 8, 100000000.00000001",
        "-9.99, 2, -9.99"
    })
    void writesANumericInPlainNotationWithItsScale(BigDecimal number, int scale, String expected) throws IOException {
        BigDecimal scaled = number.setScale(scale);

        List<List<Object>> rows =
                decode(new Copy().record(1).field(numeric(scaled)).trailer(), 9, column(Column.Type.DECIMAL));

        assertThat(rows).containsExactly(List.of(expected == null ? scaled : new BigDecimal(expected)));
    }

    @Test
    void agreesWithBigDecimalOnManyNumbers() throws IOException {
        Random random = new Random(42);
        List<List<Object>> expected = new ArrayList<>();
        Copy copy = new Copy();
        for (int i = 0; i < 20_000; i++) {
            BigDecimal number = new BigDecimal(new BigInteger(random.nextInt(300), random), random.nextInt(40))
                    .multiply(random.nextBoolean() ? BigDecimal.ONE : BigDecimal.ONE.negate());
            copy.record(1).field(numeric(number));
            expected.add(List.of(number));
        }

        assertThat(decode(copy.trailer(), 1_000, column(Column.Type.DECIMAL))).isEqualTo(expected);
    }

    @Test
    void writesTheLargestNumericThereIs() throws IOException {
        BigDecimal largest = new BigDecimal("9".repeat(131_072) + "." + "9".repeat(16_383));

        List<List<Object>> rows =
                decode(new Copy().record(1).field(numeric(largest)).trailer(), 777, column(Column.Type.DECIMAL));

        assertThat(rows).containsExactly(List.of(largest));
    }

    @Test
    void decodesNanAndInfinitiesOfNumeric() throws IOException {
        byte[] copy = new Copy()
                .record(1)
                .field(0, 0, 0, 0, 0xC0, 0, 0, 0)
                .record(1)
                .field(0, 0, 0, 0, 0xD0, 0, 0, 0)
                .record(1)
                .field(0, 0, 0, 0, 0xF0, 0, 0, 0)
                .trailer();

        assertThat(decode(copy, copy.length, column(Column.Type.DECIMAL)))
                .containsExactly(
                        List.of(NonFinite.NAN), List.of(NonFinite.INFINITY), List.of(NonFinite.NEGATIVE_INFINITY));
    }

    @Test
    void decodesIntegersOfEverySize() throws IOException {
        byte[] copy = new Copy()
                .record(1)
                .field(0x80, 0)
                .record(1)
                .field(0x80, 0, 0, 0)
                .record(1)
                .field(0x80, 0, 0, 0, 0, 0, 0, 0)
                .record(1)
                .field(0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF)
                .trailer();

        assertThat(decode(copy, copy.length, column(Column.Type.INTEGER)))
                .containsExactly(
                        List.of(-32_768L), List.of(-2_147_483_648L), List.of(Long.MIN_VALUE), List.of(Long.MAX_VALUE));
    }

    @Nested
    class Refuses {

        private final List<Column> number = List.of(new Column("score", Column.Type.DECIMAL));

        @Test
        void bytesWithoutTheSignature() {
            byte[] copy = new Copy().trailer();
            copy[3] = 'X';

            refused(copy, number, "it does not begin with the signature of COPY");
        }

        @Test
        void flagsItDoesNotKnow() {
            refused(new Copy(1 << 16, 0).trailer(), number, "its header has the flags 0x10000");
        }

        @Test
        void anExtensionOfNegativeLength() {
            refused(new Copy(0, -1).trailer(), number, "its header has an extension of -1 bytes");
        }

        @Test
        void anotherNumberOfFields() {
            refused(new Copy().record(2).missing(2).trailer(), number, "record 1 has 2 fields instead of 1");
        }

        @Test
        void aNegativeNumberOfFieldsOtherThanTheTrailer() {
            refused(new Copy().record(-2).bytes(), number, "record 1 has -2 fields instead of 1");
        }

        @Test
        void aNegativeLengthOtherThanNull() {
            refused(
                    new Copy().record(1).raw(0xFF, 0xFF, 0xFF, 0xFE).trailer(),
                    number,
                    "the column 'score' of type DECIMAL came with a length of -2");
        }

        @Test
        void anEndBeforeTheTrailer() {
            refused(new Copy().record(1).missing(1).bytes(), number, "it ended before its trailer");
        }

        @Test
        void anEndInsideARecord() {
            refused(new Copy().record(1).raw(0, 0).bytes(), number, "it ended before its trailer");
        }

        @Test
        void bytesAfterTheTrailer() {
            byte[] copy = new Copy().trailer();

            refused(Arrays.copyOf(copy, copy.length + 1), number, "it goes on after its trailer");
            assertThatThrownBy(() -> {
                        BinaryCopyDecoder decoder = new BinaryCopyDecoder(number, begun(number));
                        decoder.accept(copy);
                        decoder.accept(new byte[] {0});
                    })
                    .hasMessageContaining("it goes on after its trailer");
        }

        @ParameterizedTest
        @ValueSource(strings = {"BOOLEAN", "INTEGER", "DECIMAL", "UUID", "INSTANT", "DATE", "JSON"})
        void aValueOfAnotherLength(Column.Type type) {
            refused(
                    new Copy()
                            .record(1)
                            .field(type == Column.Type.JSON ? new byte[0] : new byte[3])
                            .trailer(),
                    column(type),
                    "of type " + type + " came with " + (type == Column.Type.JSON ? 0 : 3) + " bytes");
        }

        @Test
        void aBooleanOtherThan0And1() {
            refused(new Copy().record(1).field(2).trailer(), column(Column.Type.BOOLEAN), "came with the byte 2");
        }

        @Test
        void aNumericWithFewerDigitsThanItSays() {
            refused(new Copy().record(1).field(0, 2, 0, 0, 0, 0, 0, 0, 0, 1).trailer(), number, "came with 10 bytes");
        }

        @Test
        void aNumericWithAnInvalidDigit() {
            refused(
                    new Copy()
                            .record(1)
                            .field(0, 1, 0, 0, 0, 0, 0, 0, 0x27, 0x10)
                            .trailer(),
                    number,
                    "came with the digit 10000 to the base 10000");
        }

        @Test
        void aNumericWithAnUnknownSign() {
            refused(
                    new Copy().record(1).field(0, 0, 0, 0, 0x12, 0x34, 0, 0).trailer(),
                    number,
                    "came with the sign 0x1234");
        }

        private void refused(byte[] copy, List<Column> columns, String why) {
            for (int size : new int[] {1, 7, copy.length}) {
                assertThatThrownBy(() -> decode(copy, size, columns))
                        .isExactlyInstanceOf(IOException.class)
                        .hasMessageStartingWith("the answer of COPY cannot be read: ")
                        .hasMessageContaining(why);
            }
        }
    }

    private static List<Column> column(Column.Type type) {
        return List.of(new Column("it", type));
    }

    private static RecordingSink begun(List<Column> columns) {
        RecordingSink sink = new RecordingSink();
        sink.beginDataset(LearningDatasets.QA, columns);
        return sink;
    }

    private static List<List<Object>> decode(byte[] copy, int messageSize, List<Column> columns) throws IOException {
        RecordingSink sink = begun(columns);
        BinaryCopyDecoder decoder = new BinaryCopyDecoder(columns, sink);
        for (int start = 0; start < copy.length; start += messageSize) {
            decoder.accept(Arrays.copyOfRange(copy, start, Math.min(start + messageSize, copy.length)));
        }
        assertThat(decoder.finish()).isEqualTo(sink.rows(LearningDatasets.QA).size());
        return sink.rows(LearningDatasets.QA);
    }

    // As the protocol describes a numeric, worked out by arithmetic and not by the decoder's steps in reverse.
    private static byte[] numeric(BigDecimal number) {
        int scale = number.scale();
        int groupsAfterPoint = (scale + 3) / 4;
        BigInteger rest =
                number.abs().movePointRight(4 * groupsAfterPoint).setScale(0).toBigInteger();
        List<Integer> groups = new ArrayList<>();
        String digits = rest.toString();
        digits = "0".repeat((4 - digits.length() % 4) % 4) + digits;
        for (int at = 0; at < digits.length(); at += 4) {
            groups.add(Integer.parseInt(digits.substring(at, at + 4)));
        }
        int weight = groups.size() - groupsAfterPoint - 1;
        while (!groups.isEmpty() && groups.get(groups.size() - 1) == 0) {
            groups.remove(groups.size() - 1);
        }
        if (groups.isEmpty()) {
            weight = 0;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeShort(groups.size());
            out.writeShort(weight);
            out.writeShort(number.signum() < 0 ? 0x4000 : 0);
            out.writeShort(scale);
            for (int group : groups) {
                out.writeShort(group);
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /** The bytes of an answer to COPY, piece by piece. */
    private static final class Copy {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Copy() {
            this(0, 0);
        }

        Copy(int flags, int extension) {
            bytes.writeBytes("PGCOPY\n\u00FF\r\n\0".getBytes(StandardCharsets.ISO_8859_1));
            int4(flags);
            int4(extension);
        }

        Copy record(int fields) {
            return raw(fields >> 8, fields);
        }

        Copy field(int... values) {
            int4(values.length);
            return raw(values);
        }

        Copy field(byte[] value) {
            int4(value.length);
            bytes.writeBytes(value);
            return this;
        }

        Copy missing(int times) {
            for (int i = 0; i < times; i++) {
                int4(-1);
            }
            return this;
        }

        Copy raw(int... values) {
            for (int value : values) {
                bytes.write(value);
            }
            return this;
        }

        byte[] bytes() {
            return bytes.toByteArray();
        }

        byte[] trailer() {
            return raw(0xFF, 0xFF).bytes();
        }

        private void int4(int value) {
            raw(value >> 24, value >> 16, value >> 8, value);
        }
    }
}
