package dev.satchel.postgres.records;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.UserId;
import dev.satchel.record.Column;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.RecordSink.NonFinite;
import dev.satchel.record.RecordingSink;
import dev.satchel.record.RecordingSink.Json;
import java.math.BigDecimal;
import java.sql.Connection;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** How values of every type reach the sink. */
class RecordValuesIT extends PostgresRecordsFixture {

    @Nested
    class HardValues {

        private final String megabyte = "ñ😀".repeat(175_000);

        @Test
        void textsArriveAsTheyAre() throws Exception {
            UserId user = addUser();
            List<String> texts = List.of(
                    "",
                    " ",
                    "a,b;\"c\"",
                    "one\r\ntwo\rthree\n\tfour",
                    "=1+1",
                    "😀 👩‍👩‍👧‍👦 ñ",
                    "مرحبا שלום",
                    "\uFEFF\u200B\u0001",
                    "\\N",
                    megabyte);
            for (int second = 0; second <= texts.size(); second++) {
                run(
                        "INSERT INTO public.sessions (user_id, session_type, started_at, user_agent)"
                                + " VALUES (?, 'qa', ?, ?)",
                        user.value(),
                        Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC),
                        second < texts.size() ? texts.get(second) : null);
            }

            List<Object> read = all(user).values(LearningDatasets.SESSIONS, "user_agent");

            assertThat(read.subList(0, texts.size())).isEqualTo(texts);
            assertThat(read.subList(texts.size(), read.size())).containsExactly((Object) null);
        }

        @Test
        void momentsAndDatesReachTheirExtremes() throws Exception {
            UserId user = addUser();
            for (String moment : List.of(
                    "-infinity",
                    "4714-11-24 00:00:00+00 BC",
                    "1969-12-31 23:59:59.999999+00",
                    "1970-01-01 00:00:00+00",
                    "1999-12-31 23:59:59.999999+00",
                    "294276-12-31 23:59:59.999999+00",
                    "infinity")) {
                run(
                        "INSERT INTO public.sessions (user_id, session_type, started_at)"
                                + " VALUES (?, 'qa', ?::timestamptz)",
                        user.value(),
                        moment);
            }
            for (String day :
                    List.of("-infinity", "4714-11-24 BC", "0001-12-31 BC", "1970-01-01", "5874897-12-31", "infinity")) {
                run(
                        "INSERT INTO public.learning_analytics (user_id, date_recorded) VALUES (?, ?::date)",
                        user.value(),
                        day);
            }

            RecordingSink sink = all(user);

            assertThat(sink.values(LearningDatasets.SESSIONS, "started_at"))
                    .containsExactly(
                            NonFinite.NEGATIVE_INFINITY,
                            Instant.parse("-4713-11-24T00:00:00Z"),
                            Instant.parse("1969-12-31T23:59:59.999999Z"),
                            Instant.EPOCH,
                            Instant.parse("1999-12-31T23:59:59.999999Z"),
                            Instant.parse("+294276-12-31T23:59:59.999999Z"),
                            NonFinite.INFINITY);
            assertThat(sink.values(LearningDatasets.ANALYTICS, "date_recorded"))
                    .containsExactly(
                            NonFinite.NEGATIVE_INFINITY,
                            LocalDate.parse("-4713-11-24"),
                            LocalDate.parse("0000-12-31"),
                            LocalDate.EPOCH,
                            LocalDate.parse("+5874897-12-31"),
                            NonFinite.INFINITY);
        }

        @Test
        void numbersReachTheirExtremes() throws Exception {
            UserId user = addUser();
            run("ALTER TABLE public.sessions ALTER engagement_score TYPE numeric");
            run("ALTER TABLE public.sessions ALTER images_processed TYPE bigint");
            run("ALTER TABLE public.sessions ALTER qa_attempts TYPE smallint");
            String largest = "9".repeat(131_072) + "." + "9".repeat(16_383);
            for (String number : List.of(
                    "-Infinity", "-" + largest, "-0.00", "0.0000000000", "1e-16383", largest, "Infinity", "NaN")) {
                run(
                        "INSERT INTO public.sessions (user_id, session_type, started_at, engagement_score,"
                                + " images_processed, qa_attempts, descriptions_generated)"
                                + " SELECT ?, 'qa', TIMESTAMPTZ '2026-01-01' + count(*) * INTERVAL '1 s', ?::numeric,"
                                + " -9223372036854775808, -32768, -2147483648 FROM public.sessions",
                        user.value(),
                        number);
            }

            RecordingSink sink = all(user);

            assertThat(sink.values(LearningDatasets.SESSIONS, "engagement_score"))
                    .containsExactly(
                            NonFinite.NEGATIVE_INFINITY,
                            new BigDecimal("-" + largest),
                            new BigDecimal("0.00"),
                            new BigDecimal("0.0000000000"),
                            new BigDecimal(BigDecimal.ONE.unscaledValue(), 16_383),
                            new BigDecimal(largest),
                            NonFinite.INFINITY,
                            NonFinite.NAN);
            assertThat(sink.values(LearningDatasets.SESSIONS, "images_processed"))
                    .containsOnly(Long.MIN_VALUE);
            assertThat(sink.values(LearningDatasets.SESSIONS, "qa_attempts")).containsOnly(-32_768L);
            assertThat(sink.values(LearningDatasets.SESSIONS, "descriptions_generated"))
                    .containsOnly(-2_147_483_648L);
        }

        @Test
        void thousandsOfNumericsReadAsTheServerPrintsThem() throws Exception {
            List<Column> columns =
                    List.of(new Column("number", Column.Type.DECIMAL), new Column("text", Column.Type.TEXT));
            RecordingSink sink = new RecordingSink();
            sink.beginDataset(LearningDatasets.QA, columns);
            BinaryCopyDecoder decoder = new BinaryCopyDecoder(columns, sink);
            try (Connection connection = database.ownerDataSource().getConnection()) {
                CopyOut copy = connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut("COPY (SELECT number, number::text FROM ("
                                + " SELECT round((random() * 2 - 1)::numeric * 10::numeric ^ (n % 60 - 30), n % 45)"
                                + " FROM generate_series(1, 9000) AS n) AS random (number))"
                                + " TO STDOUT (FORMAT binary)");
                byte[] message;
                while ((message = copy.readFromCopy()) != null) {
                    decoder.accept(message);
                }
            }

            assertThat(decoder.finish()).isEqualTo(9_000);
            assertThat(sink.rows(LearningDatasets.QA))
                    .allSatisfy(row -> assertThat(row.get(0)).isEqualTo(new BigDecimal((String) row.get(1))));
        }

        @Test
        void jsonArraysEnumsTimesAndAddressesAreReadCorrectly() throws Exception {
            UserId user = addUser();
            run(
                    "INSERT INTO public.user_settings (user_id, reminder_time) VALUES (?, '23:59:59.999999')",
                    user.value());
            run(
                    "INSERT INTO public.sessions (user_id, session_type, started_at, session_data, ip_address) VALUES"
                            + " (?, 'description', '2026-01-01', ?::jsonb, '2001:db8::1'),"
                            + " (?, 'mixed', '2026-01-02', '{}', '10.0.0.1'),"
                            + " (?, 'mixed', '2026-01-03', 'null', '10.1.0.0/16'),"
                            + " (?, 'mixed', '2026-01-04', NULL, NULL)",
                    user.value(),
                    "{\"a\": [1.10, 1e400, {\"ñ\": \"\\u0001😀\"}], \"b\": {}}".replace("1e400", "1" + "0".repeat(400)),
                    user.value(),
                    user.value(),
                    user.value());
            run(
                    "INSERT INTO public.qa_responses (user_id, question, correct_answer, vocabulary_items_tested,"
                            + " grammar_concepts, is_correct, created_at) VALUES"
                            + " (?, '', '', '{00000000-0000-0000-0000-000000000001}', ARRAY['a,\"b', NULL, ''], NULL,"
                            + " '2026-01-01'), (?, '', '', '{}', NULL, false, '2026-01-02')",
                    user.value(),
                    user.value());

            RecordingSink sink = all(user);

            assertThat(only(sink, LearningDatasets.SETTINGS)).containsEntry("reminder_time", "23:59:59.999999");
            assertThat(sink.values(LearningDatasets.SESSIONS, "session_type"))
                    .containsExactly("description", "mixed", "mixed", "mixed");
            assertThat(sink.values(LearningDatasets.SESSIONS, "ip_address"))
                    .containsExactly("2001:db8::1", "10.0.0.1", "10.1.0.0/16", null);
            assertThat(sink.values(LearningDatasets.SESSIONS, "session_data"))
                    .containsExactly(
                            new Json("{\"a\": [1.10, 1" + "0".repeat(400) + ", {\"ñ\": \"\\u0001😀\"}], \"b\": {}}"),
                            new Json("{}"),
                            new Json("null"),
                            null);
            assertThat(sink.values(LearningDatasets.QA, "vocabulary_items_tested"))
                    .containsExactly(new Json("[\"00000000-0000-0000-0000-000000000001\"]"), new Json("[]"));
            assertThat(sink.values(LearningDatasets.QA, "grammar_concepts"))
                    .containsExactly(new Json("[\"a,\\\"b\", null, \"\"]"), null);
            assertThat(sink.values(LearningDatasets.QA, "is_correct")).containsExactly(null, false);
        }
    }
}
