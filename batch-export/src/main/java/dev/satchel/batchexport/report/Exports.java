package dev.satchel.batchexport.report;

import dev.satchel.export.ExportFormat;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What became of the exports that were asked for in a period.
 *
 * @param days by day, in their order
 * @param formats by format; one that is none of Satchel's is called {@code other}
 */
record Exports(Tally all, List<Tally> days, Map<String, Tally> formats) {

    static final String OTHER = "other";

    // One pass over the rows of the period, which the index on created_at finds. A row of another program may hold
    // infinite
    // times, and times in another order than they passed.
    private static final String ASKED = """
            SELECT grouping(asked.day) = 0 AS is_day,
                   grouping(asked.format) = 0 AS is_format,
                   asked.day,
                   asked.format,
                   count(*) FILTER (WHERE asked.status = 'completed') AS delivered,
                   count(*) FILTER (WHERE asked.status = 'failed' AND NOT asked.is_cancelled) AS failed,
                   count(*) FILTER (WHERE asked.status = 'failed' AND asked.is_cancelled) AS cancelled,
                   count(*) FILTER (WHERE asked.status = 'pending') AS waiting,
                   count(*) FILTER (WHERE asked.status = 'processing') AS active,
                   count(*) FILTER (WHERE asked.status = 'completed' AND asked.retry_count > 0) AS tried,
                   count(*) FILTER (WHERE asked.status = 'completed' AND asked.is_removed) AS removed,
                   coalesce(sum(asked.records_count) FILTER (WHERE asked.status = 'completed'), 0) AS records,
                   coalesce(sum(asked.size) FILTER (WHERE asked.status = 'completed'), 0) AS bytes,
                   percentile_disc(ARRAY[0.5, 0.95, 1]) WITHIN GROUP (ORDER BY asked.waited) AS waited,
                   percentile_disc(ARRAY[0.5, 0.95, 1]) WITHIN GROUP (ORDER BY asked.took) AS took,
                   percentile_disc(ARRAY[0.5, 0.95, 1]) WITHIN GROUP (ORDER BY asked.size) AS size
              FROM (SELECT width_bucket(h.created_at, (SELECT :starts::timestamptz[])) - 1 AS day,
                           CASE WHEN h.export_format = ANY ((SELECT :formats::text[])::text[]) THEN h.export_format::text
                                ELSE :other END AS format,
                           h.status,
                           h.retry_count,
                           h.records_count,
                           h.file_url IS NULL AS is_removed,
                           h.cancelled_at IS NOT NULL AS is_cancelled,
                           CASE WHEN h.status = 'completed' THEN h.file_size_bytes::float8 END AS size,
                           CASE WHEN h.status = 'completed' AND isfinite(h.started_at)
                                THEN greatest(date_part('epoch', h.started_at - h.created_at), 0) END AS waited,
                           CASE WHEN h.status = 'completed' AND isfinite(h.completed_at)
                                THEN greatest(date_part('epoch', h.completed_at - h.created_at), 0) END AS took
                      FROM public.export_history AS h
                     WHERE h.created_at >= :from
                       AND h.created_at <= :now) AS asked
             GROUP BY GROUPING SETS ((asked.day), (asked.format), ())
            """;

    static Exports read(JdbcClient jdbc, Period period) {
        Tally[] all = {Tally.NOTHING};
        Tally[] days = new Tally[period.days()];
        Arrays.fill(days, Tally.NOTHING);
        Map<String, Tally> formats = new TreeMap<>();
        jdbc.sql(ASKED)
                .param("starts", period.starts().stream().map(Instant::toString).toArray(String[]::new))
                .param(
                        "formats",
                        Arrays.stream(ExportFormat.values())
                                .map(ExportFormat::code)
                                .toArray(String[]::new))
                .param("other", OTHER)
                .param("from", period.from().atOffset(ZoneOffset.UTC))
                .param("now", period.now().atOffset(ZoneOffset.UTC))
                .query(row -> {
                    if (row.getBoolean("is_day")) {
                        days[row.getInt("day")] = Tally.of(row);
                    } else if (row.getBoolean("is_format")) {
                        formats.put(row.getString("format"), Tally.of(row));
                    } else {
                        all[0] = Tally.of(row);
                    }
                });
        return new Exports(all[0], List.of(days), formats);
    }
}
