package dev.satchel.postgres.export;

import dev.satchel.export.Export;
import dev.satchel.export.ExportRequest;
import dev.satchel.export.Failure;
import dev.satchel.export.StaleExportException;
import dev.satchel.partition.DivisibleRecords;
import dev.satchel.partition.ExportParts;
import dev.satchel.partition.PartFailedException;
import dev.satchel.partition.RecordRange;
import dev.satchel.record.DatasetCatalogue;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The parts of exports, in {@code satchel.export_part}. */
final class PostgresExportParts implements ExportParts {

    /** In the place of a failure's code. */
    private static final String GIVEN_BACK = "given_back";

    // Of an attempt that died, its rows may still be there.
    private static final String FORGET_EARLIER = """
            DELETE FROM satchel.export_part
             WHERE export_id = :id
               AND attempt <> :attempt
            """;

    private static final String ADD = """
            INSERT INTO satchel.export_part
                   (attempt, number, export_id, dataset, snapshot, range_from, range_to, encoding, url)
            SELECT l.token,
                   (SELECT coalesce(max(p.number), 0) + 1 FROM satchel.export_part p WHERE p.attempt = l.token),
                   l.export_id, :dataset, :snapshot, :from::text[], :to::text[], :encoding, :url
              FROM satchel.export_lease l
             WHERE l.export_id = :id
               AND l.token = :attempt
            RETURNING number
            """;

    // One statement finds and claims, so that of all workers that are asked, one has the part.
    private static final String CLAIM = """
            UPDATE satchel.export_part p
               SET token = gen_random_uuid(),
                   owner = :worker,
                   heartbeat_at = statement_timestamp()
              FROM satchel.export_lease l
              JOIN public.export_history h ON h.id = l.export_id
             WHERE p.attempt = :attempt
               AND p.number = :number
               AND p.token IS NULL
               AND l.export_id = p.export_id
               AND l.token = p.attempt
               AND h.status = 'processing'
            RETURNING p.token AS part_token, p.number, p.dataset, p.snapshot, p.range_from, p.range_to, p.encoding, p.url,
                      h.id, h.created_at, h.started_at, l.attempt, l.token,
            """ + RequestRow.COLUMNS;

    // What holds for a worker's part as long as it is its own: the part is unfinished, and the attempt has its lease.
    private static final String OWN = """
             WHERE p.token = :token
               AND p.finished_at IS NULL
               AND p.failure_code IS NULL
               AND EXISTS (SELECT FROM satchel.export_lease l WHERE l.export_id = p.export_id AND l.token = p.attempt)
            """;

    private static final String HEARTBEAT = """
            UPDATE satchel.export_part p
               SET heartbeat_at = statement_timestamp()
            """ + OWN;

    private static final String FINISH = """
            UPDATE satchel.export_part p
               SET finished_at = statement_timestamp(),
                   records = :records,
                   bytes = :bytes,
                   crc32c = :crc32c,
                   settled = :settled
            """ + OWN;

    private static final String FAIL = """
            UPDATE satchel.export_part p
               SET failure_code = :code,
                   failure = :explanation
            """ + OWN;

    private static final String PROGRESS = """
            SELECT number, records, bytes, crc32c, settled, failure_code, failure,
                   CASE WHEN failure_code = 'given_back' THEN 'GIVEN_BACK'
                        WHEN failure_code IS NOT NULL THEN 'FAILED'
                        WHEN finished_at IS NOT NULL THEN 'FINISHED'
                        WHEN token IS NULL THEN 'WAITING'
                        WHEN heartbeat_at <= statement_timestamp() - :silence * interval '1 millisecond' THEN 'SILENT'
                        ELSE 'RUNNING' END AS state
              FROM satchel.export_part
             WHERE attempt = :attempt
             ORDER BY number
            """;

    private static final String ARE_RUNNING = """
            SELECT EXISTS (SELECT
                             FROM satchel.export_part
                            WHERE token IS NOT NULL
                              AND finished_at IS NULL
                              AND failure_code IS NULL
                              AND heartbeat_at > statement_timestamp() - :silence * interval '1 millisecond')
            """;

    private static final String ARE_WAITING = """
            SELECT EXISTS (SELECT
                             FROM satchel.export_part p
                             JOIN satchel.export_lease l ON l.export_id = p.export_id AND l.token = p.attempt
                            WHERE p.token IS NULL
                              AND p.attempt <> :besides)
            """;

    private static final String REMOVE = """
            DELETE FROM satchel.export_part
             WHERE attempt = :attempt
            """;

    private final JdbcClient jdbc;
    private final Supplier<DatasetCatalogue> catalogue;

    PostgresExportParts(JdbcClient jdbc, Supplier<DatasetCatalogue> catalogue) {
        this.jdbc = jdbc;
        this.catalogue = catalogue;
    }

    @Override
    public List<Part> add(
            Export.Processing export, DivisibleRecords.Divided divided, String encoding, List<URI> locations) {
        jdbc.sql(FORGET_EARLIER)
                .param("id", export.id())
                .param("attempt", export.token())
                .update();
        List<Part> parts = new ArrayList<>();
        for (int index = 0; index < locations.size(); index++) {
            URI location = locations.get(index);
            RecordRange range = divided.ranges().get(index);
            int number = jdbc.sql(ADD)
                    .param("id", export.id())
                    .param("attempt", export.token())
                    .param("dataset", divided.dataset().name())
                    .param("snapshot", divided.snapshot())
                    .param("from", array(range.from()))
                    .param("to", array(range.to()))
                    .param("encoding", encoding)
                    .param("url", location.toString())
                    .query(Integer.class)
                    .optional()
                    .orElseThrow(() -> new StaleExportException(export.id()));
            parts.add(new Part(export.token(), number, location));
        }
        return parts;
    }

    private static @Nullable String[] array(List<@Nullable String> key) {
        return key.toArray(new @Nullable String[0]);
    }

    @Override
    public Optional<Claimed> claim(UUID attempt, int number, String worker) {
        return jdbc.sql(CLAIM)
                .param("attempt", attempt)
                .param("number", number)
                .param("worker", RequestRow.legible(worker))
                .query((row, index) -> ClaimedRow.of(row))
                .optional()
                .map(this::understood);
    }

    // The part is claimed by now, and nobody else can deliver it.
    private Claimed understood(ClaimedRow row) {
        try {
            return row.part(row.request().request(catalogue.get()));
        } catch (IllegalArgumentException unknown) {
            Failure failure = PartFailedException.OTHER_SETTINGS;
            end(row.partToken(), failure.code().code(), failure.explanation());
            PartFailedException refused = new PartFailedException(failure);
            refused.addSuppressed(unknown);
            throw refused;
        } catch (Error failed) {
            try {
                end(row.partToken(), GIVEN_BACK, "");
            } catch (RuntimeException | Error unrecorded) {
                failed.addSuppressed(unrecorded);
            }
            throw failed;
        }
    }

    /** A part as its row has it, whose export may ask for what this worker does not know. */
    private record ClaimedRow(
            UUID partToken,
            int number,
            UUID export,
            RequestRow request,
            Instant requestedAt,
            Instant startedAt,
            int attempt,
            UUID token,
            String dataset,
            String snapshot,
            RecordRange range,
            String encoding,
            String url) {

        static ClaimedRow of(ResultSet row) throws SQLException {
            return new ClaimedRow(
                    row.getObject("part_token", UUID.class),
                    row.getInt("number"),
                    row.getObject("id", UUID.class),
                    RequestRow.of(row),
                    ExportOutcomes.instant(row, "created_at"),
                    ExportOutcomes.instant(row, "started_at"),
                    row.getInt("attempt"),
                    row.getObject("token", UUID.class),
                    row.getString("dataset"),
                    row.getString("snapshot"),
                    new RecordRange(key(row, "range_from"), key(row, "range_to")),
                    row.getString("encoding"),
                    row.getString("url"));
        }

        Claimed part(ExportRequest asked) {
            return new Claimed(
                    partToken,
                    number,
                    new Export.Processing(export, asked, requestedAt, startedAt, attempt, token),
                    dataset,
                    snapshot,
                    range,
                    encoding,
                    URI.create(url));
        }
    }

    private static List<@Nullable String> key(ResultSet row, String column) throws SQLException {
        return Arrays.asList((@Nullable String[]) row.getArray(column).getArray());
    }

    @Override
    public boolean heartbeat(Claimed part) {
        return jdbc.sql(HEARTBEAT).param("token", part.token()).update() == 1;
    }

    @Override
    public boolean finish(Claimed part, long records, long bytes, long crc32c, boolean settled) {
        return jdbc.sql(FINISH)
                        .param("token", part.token())
                        .param("records", records)
                        .param("bytes", bytes)
                        .param("crc32c", crc32c)
                        .param("settled", settled)
                        .update()
                == 1;
    }

    @Override
    public void fail(Claimed part, Failure failure) {
        end(part.token(), failure.code().code(), failure.explanation());
    }

    @Override
    public void giveBack(Claimed part) {
        end(part.token(), GIVEN_BACK, "");
    }

    private void end(UUID part, String code, String explanation) {
        jdbc.sql(FAIL)
                .param("token", part)
                .param("code", code)
                .param("explanation", explanation)
                .update();
    }

    @Override
    public boolean areWaiting(UUID besides) {
        return jdbc.sql(ARE_WAITING)
                .param("besides", besides)
                .query(Boolean.class)
                .single();
    }

    @Override
    public boolean areRunning(Duration silence) {
        return jdbc.sql(ARE_RUNNING)
                .param("silence", silence.toMillis())
                .query(Boolean.class)
                .single();
    }

    @Override
    public List<Progress> progress(UUID attempt, Duration silence) {
        return jdbc.sql(PROGRESS)
                .param("attempt", attempt)
                .param("silence", silence.toMillis())
                .query((row, index) -> new Progress(
                        row.getInt("number"),
                        State.valueOf(row.getString("state")),
                        row.getLong("records"),
                        row.getLong("bytes"),
                        row.getLong("crc32c"),
                        row.getBoolean("settled"),
                        failure(row.getString("failure_code"), row.getString("failure"))))
                .list();
    }

    private static Optional<Failure> failure(@Nullable String code, @Nullable String explanation) {
        return code == null || code.equals(GIVEN_BACK)
                ? Optional.empty()
                : Optional.of(new Failure(Failure.Code.of(code), String.valueOf(explanation)));
    }

    @Override
    public void remove(UUID attempt) {
        jdbc.sql(REMOVE).param("attempt", attempt).update();
    }
}
