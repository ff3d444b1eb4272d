package dev.satchel.postgres.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.AbortSignal;
import dev.satchel.UserId;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.record.Column;
import dev.satchel.record.ColumnTypeException;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.LearningTypes;
import dev.satchel.record.RecordSink.NonFinite;
import dev.satchel.record.RecordingSink;
import dev.satchel.record.RecordingSink.Json;
import dev.satchel.record.UserRecords;
import java.math.BigDecimal;
import java.sql.Connection;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
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

    @Test
    void networksAreReadInFullAndSingleAddressesWithoutALength() throws Exception {
        UserId user = addUser();
        run("CREATE TABLE public.logins (user_id uuid, network cidr, address inet, range inet)");
        run("GRANT SELECT ON public.logins TO authenticated");
        run("INSERT INTO public.logins VALUES (?, '10.1.0.0/16', '10.1.2.3', '10.1.2.3/16')", user.value());
        PostgresDatasets datasets = PostgresDatasets.builtIn().with("mine.yaml", """
                datasets:
                  - name: logins
                    table: logins
                    owner: user_id
                    order: user_id
                    columns: {network: inet, address: inet, range: inet}
                """);
        Dataset logins = datasets.catalogue().find("logins").orElseThrow();
        RecordingSink sink = new RecordingSink();

        new PostgresUserRecords(database.workerDataSource(), datasets, LONG)
                .read(user, List.of(logins), ExportFilters.NONE, sink, new AbortSignal());

        assertThat(only(sink, logins))
                .containsEntry("network", "10.1.0.0/16")
                .containsEntry("address", "10.1.2.3")
                .containsEntry("range", "10.1.2.3/16");
    }

    @Test
    void jsonInsideOfOtherValuesIsReadAsWrittenLikeJsonItself() throws Exception {
        UserId user = addUser();
        run("CREATE DOMAIN public.some AS json[]");
        run("CREATE TYPE public.remark AS (body json, line integer)");
        run("CREATE DOMAIN public.remarks AS public.remark[]");
        run("CREATE TYPE public.thread AS (remarks public.remarks, title text)");
        run("CREATE TABLE public.notes (user_id uuid, one json, many json[], more public.some, none json[],"
                + " remark public.remark, remarks public.remarks, thread public.thread, self json)");
        run("GRANT SELECT ON public.notes TO authenticated");
        run(
                "INSERT INTO public.notes SELECT ?, one, ARRAY[one, NULL, '1'], ARRAY[one], '{}', remark,"
                        + " ARRAY[remark], ROW(ARRAY[remark], 'x')::public.thread, one"
                        + " FROM (SELECT one, ROW(one, 7)::public.remark AS remark"
                        + " FROM (SELECT CAST(? AS json)) AS given (one)) AS given",
                user.value(),
                "{\"a\":\r\n \"\\u0000\"}");
        PostgresDatasets datasets = PostgresDatasets.builtIn().with("mine.yaml", """
                datasets:
                  - name: notes
                    table: notes
                    owner: user_id
                    order: user_id
                    columns: {one: json, many: array, more: array, none: array, remark: array, remarks: array, thread: array,
                              self: array}
                """);
        Dataset notes = datasets.catalogue().find("notes").orElseThrow();
        RecordingSink sink = RecordingSink.hashing();

        UserRecords.Snapshot read = new PostgresUserRecords(database.workerDataSource(), datasets, LONG)
                .read(user, List.of(notes), ExportFilters.NONE, sink, new AbortSignal());

        assertThat(only(sink, notes))
                .containsEntry("one", new Json("{\"a\":\r\n \"\\u0000\"}"))
                .containsEntry("many", new Json("[{\"a\":\r\n \"\\u0000\"},null,1]"))
                .containsEntry("more", new Json("[{\"a\":\r\n \"\\u0000\"}]"))
                .containsEntry("none", new Json("[]"))
                .containsEntry("remark", new Json("{\"body\":{\"a\":\r\n \"\\u0000\"},\"line\":7}"))
                .containsEntry("remarks", new Json("[{\"body\":{\"a\":\r\n \"\\u0000\"},\"line\":7}]"))
                .containsEntry(
                        "thread",
                        new Json("{\"remarks\":[{\"body\":{\"a\":\r\n \"\\u0000\"},\"line\":7}],\"title\":\"x\"}"))
                .containsEntry("self", new Json("{\"a\":\r\n \"\\u0000\"}"));
        assertThat(read.hashes()).isEqualTo(sink.hashes());
    }

    @Nested
    class OtherTypesThanTheDatasetsSay {

        // What was seen in an earlier reading hides no change, nor that it was taken back.
        @Test
        void areRefusedBeforeARecordIsRead() throws Exception {
            UserId user = addUser();
            addSession(user, Instant.EPOCH);
            UserRecords records = records();
            all(user, records);
            run("CREATE DOMAIN public.yes AS integer");

            for (List<String> each : List.of(
                    List.of("sessions", "phrases_saved", "double precision", "integer"),
                    List.of("user_settings", "daily_word_goal", "character varying(10)", "integer"),
                    List.of("sessions", "session_data", "text", "json"),
                    List.of("user_interactions", "timestamp", "timestamp without time zone", "timestamptz"),
                    List.of("learning_analytics", "date_recorded", "timestamp with time zone", "date"),
                    List.of("learning_analytics", "improvement_rate", "double precision", "numeric"),
                    List.of("qa_responses", "is_correct", "public.yes", "boolean"),
                    List.of("sessions", "ip_address", "text", "inet"),
                    List.of("sessions", "phrases_saved", "real", "integer"))) {
                String table = "public." + each.get(0);
                run("ALTER TABLE " + table + " RENAME " + each.get(1) + " TO before");
                run("ALTER TABLE " + table + " ADD " + each.get(1) + " " + each.get(2));
                RecordingSink sink = new RecordingSink();

                assertThatThrownBy(() -> records.read(
                                user, LearningTypes.ALL.datasets(), ExportFilters.NONE, sink, new AbortSignal()))
                        .isInstanceOf(ColumnTypeException.class)
                        .hasMessage("the column " + table + "." + each.get(1) + " is of the type " + each.get(2)
                                + ", which cannot be read as " + each.get(3)
                                + ", as the datasets file says: 'satchel datasets check' names the type to use");
                assertThat(sink.datasets()).isEmpty();

                run("ALTER TABLE " + table + " DROP " + each.get(1));
                run("ALTER TABLE " + table + " RENAME before TO " + each.get(1));
            }
            assertThat(all(user, records).rows(LearningDatasets.SESSIONS)).hasSize(1);
        }

        // A column that was declared as a date would lose the last day of the period.
        @Test
        void areRefusedInAPeriodWhoseColumnTheProfileLeavesOut() throws Exception {
            UserId user = addUser();
            run("CREATE TABLE public.scores (id integer, user_id uuid, at timestamptz)");
            run("GRANT SELECT ON public.scores TO authenticated");
            PostgresDatasets datasets = PostgresDatasets.builtIn().with("mine.yaml", """
                    datasets:
                      - name: scores
                        origin: provided
                        table: scores
                        owner: user_id
                        date: at
                        order: id
                        columns: {id: integer, at: {type: date, origin: derived}}
                    """);
            UserRecords records = new PostgresUserRecords(database.workerDataSource(), datasets, LONG);
            List<Dataset> scores = List.of(datasets.catalogue().find("scores").orElseThrow());
            ExportFilters provided = ExportFilters.of(Map.of("profile", "portability"));
            ExportFilters providedInJanuary = ExportFilters.of(Map.of("profile", "portability", "to", "2026-01-31"));

            assertThatThrownBy(
                            () -> records.read(user, scores, providedInJanuary, new RecordingSink(), new AbortSignal()))
                    .isInstanceOf(ColumnTypeException.class)
                    .hasMessageStartingWith("the column public.scores.at is of the type timestamp with time zone, which"
                            + " cannot be read as date");
            assertThat(records.read(user, scores, provided, new RecordingSink(), new AbortSignal())
                            .records())
                    .containsExactly(Map.entry(scores.get(0), 0L));
        }

        @Test
        void areReadWhereNothingOfTheirValuesIsLost() throws Exception {
            UserId user = addUser();
            run("CREATE DOMAIN public.some AS smallint");
            run("CREATE DOMAIN public.few AS public.some");
            run("ALTER TABLE public.sessions DROP phrases_saved, ADD phrases_saved public.few DEFAULT 7,"
                    + " DROP completion_rate, ADD completion_rate bigint DEFAULT 9223372036854775807,"
                    + " DROP session_data, ADD session_data json DEFAULT '{\"b\":1, \"a\":2}'");
            addSession(user, Instant.EPOCH);

            assertThat(only(all(user), LearningDatasets.SESSIONS))
                    .containsEntry("phrases_saved", 7L)
                    .containsEntry("completion_rate", new BigDecimal(Long.MAX_VALUE))
                    .containsEntry("session_data", new Json("{\"b\":1, \"a\":2}"));
        }

        @Test
        void ofAnExpressionAreCastToTheTypeThatTheFileSays() throws Exception {
            UserId user = addUser();
            PostgresDatasets datasets = PostgresDatasets.builtIn().with("mine.yaml", """
                    datasets:
                      - name: mine
                        columns:
                          number: {type: integer, expression: "12::double precision"}
                          day: {type: date, expression: "to_timestamp(0)"}
                          text: {type: json, expression: "'[1]'::text"}
                        sql: {from: "FROM {u} AS u LEFT JOIN {no} AS no ON no.id = u.id WHERE u.id = {user}",
                              tables: {u: {table: users, empty: {id: uuid}},
                                       no: {table: nowhere, empty: {id: uuid, list: array}}},
                              homes: [u], order: u.id}
                        owned: [{table: users, owner: id}]
                    """);
            RecordingSink sink = new RecordingSink();

            new PostgresUserRecords(database.workerDataSource(), datasets, LONG)
                    .read(
                            user,
                            List.of(datasets.catalogue().find("mine").orElseThrow()),
                            ExportFilters.NONE,
                            sink,
                            new AbortSignal());

            assertThat(only(sink, datasets.catalogue().find("mine").orElseThrow()))
                    .containsEntry("number", 12L)
                    .containsEntry("day", LocalDate.EPOCH)
                    .containsEntry("text", new Json("[1]"));
        }
    }
}
