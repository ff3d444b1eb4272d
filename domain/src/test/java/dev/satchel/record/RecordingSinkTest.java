package dev.satchel.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RecordingSinkTest {

    private static final List<Column> ONE = List.of(new Column("answer", Column.Type.INTEGER));

    private final RecordingSink sink = new RecordingSink();

    @Test
    void keepsEveryKindOfValueAsAPlainObject() {
        List<Column> columns = Arrays.stream(Column.Type.values())
                .map(type -> new Column(type.name(), type))
                .toList();

        sink.beginDataset(LearningDatasets.QA, columns);
        sink.beginRecord();
        sink.bool(true);
        sink.integer(-7);
        sink.decimal(ascii("x-12.50x"), 1, 6);
        sink.uuid(1, 2);
        sink.text("ñ😀".getBytes(StandardCharsets.UTF_8), 0, 6);
        sink.json(ascii("[1]"), 0, 3);
        sink.instant(-1, 999_999);
        sink.date(0);
        sink.endRecord();
        sink.beginRecord();
        sink.missing();
        sink.missing();
        sink.nonFinite(RecordSink.NonFinite.NAN);
        sink.missing();
        sink.missing();
        sink.missing();
        sink.nonFinite(RecordSink.NonFinite.INFINITY);
        sink.nonFinite(RecordSink.NonFinite.NEGATIVE_INFINITY);
        sink.endRecord();
        sink.endDataset();

        assertThat(sink.datasets()).containsExactly(LearningDatasets.QA);
        assertThat(sink.rows(LearningDatasets.QA))
                .containsExactly(
                        List.of(
                                true,
                                -7L,
                                new BigDecimal("-12.50"),
                                new UUID(1, 2),
                                "ñ😀",
                                new RecordingSink.Json("[1]"),
                                Instant.parse("1969-12-31T23:59:59.999999Z"),
                                LocalDate.EPOCH),
                        Arrays.asList(
                                null,
                                null,
                                RecordSink.NonFinite.NAN,
                                null,
                                null,
                                null,
                                RecordSink.NonFinite.INFINITY,
                                RecordSink.NonFinite.NEGATIVE_INFINITY));
        assertThat(sink.values(LearningDatasets.QA, "INTEGER")).containsExactly(-7L, null);
        assertThat(sink.records(LearningDatasets.QA).get(0)).containsEntry("TEXT", "ñ😀");
    }

    @Nested
    class Refuses {

        @Test
        void aDatasetInsideADataset() {
            sink.beginDataset(LearningDatasets.QA, ONE);

            refused(() -> sink.beginDataset(LearningDatasets.SESSIONS, ONE), "beginDataset inside a dataset");
        }

        @Test
        void aDatasetThatComesTwice() {
            sink.beginDataset(LearningDatasets.QA, ONE);
            sink.endDataset();

            refused(() -> sink.beginDataset(LearningDatasets.QA, ONE), "the dataset comes twice");
        }

        @Test
        void twoColumnsOfOneName() {
            refused(
                    () -> sink.beginDataset(
                            LearningDatasets.QA, List.of(ONE.get(0), new Column("answer", Column.Type.TEXT))),
                    "two columns of one name");
        }

        @Test
        void aRecordOutsideADataset() {
            refused(sink::beginRecord, "beginRecord outside a dataset");
        }

        @Test
        void aRecordInsideARecord() {
            sink.beginDataset(LearningDatasets.QA, ONE);
            sink.beginRecord();

            refused(sink::beginRecord, "beginRecord inside a record");
        }

        @Test
        void aValueOutsideARecord() {
            sink.beginDataset(LearningDatasets.QA, ONE);

            refused(() -> sink.integer(1), "a value outside a record");
        }

        @Test
        void aValueTooMany() {
            sink.beginDataset(LearningDatasets.QA, ONE);
            sink.beginRecord();
            sink.integer(1);

            refused(sink::missing, "more values than columns");
        }

        @Test
        void aValueTooFew() {
            sink.beginDataset(LearningDatasets.QA, ONE);
            sink.beginRecord();

            refused(sink::endRecord, "fewer values than columns");
        }

        @Test
        void aValueOfAnotherType() {
            sink.beginDataset(LearningDatasets.QA, ONE);
            sink.beginRecord();

            refused(() -> sink.bool(true), "a value of another type");
            refused(() -> sink.nonFinite(RecordSink.NonFinite.NAN), "a value of another type");
        }

        @Test
        void aNumberInScientificNotation() {
            sink.beginDataset(LearningDatasets.QA, List.of(new Column("n", Column.Type.DECIMAL)));
            sink.beginRecord();

            refused(() -> sink.decimal(ascii("1E5"), 0, 3), "not in plain notation");
            refused(() -> sink.decimal(ascii("007"), 0, 3), "not in plain notation");
        }

        @Test
        void aTextThatIsCutInsideACharacter() {
            sink.beginDataset(LearningDatasets.QA, List.of(new Column("t", Column.Type.TEXT)));
            sink.beginRecord();

            refused(() -> sink.text("😀".getBytes(StandardCharsets.UTF_8), 0, 3), "not UTF-8");
        }

        @Test
        void theEndOfARecordThatDidNotBegin() {
            sink.beginDataset(LearningDatasets.QA, ONE);

            refused(sink::endRecord, "endRecord outside a record");
        }

        @Test
        void theEndOfADatasetInsideARecord() {
            sink.beginDataset(LearningDatasets.QA, ONE);
            sink.beginRecord();

            refused(sink::endDataset, "endDataset inside a record");
        }

        @Test
        void theEndOfADatasetThatDidNotBegin() {
            refused(sink::endDataset, "endDataset outside a dataset");
        }

        @Test
        void toTellOfAnUnfinishedDataset() {
            sink.beginDataset(LearningDatasets.QA, ONE);

            refused(sink::datasets, "the dataset was not ended");
        }

        private void refused(Runnable call, String why) {
            assertThatThrownBy(call::run).isInstanceOf(AssertionError.class).hasMessageContaining(why);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
