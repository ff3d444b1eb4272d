package dev.satchel.postgres.export;

import dev.satchel.export.Export;
import dev.satchel.export.ExportHistory;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * How an export is cancelled, and how its worker hears of it.
 *
 * <p>A trigger makes a row whose {@code cancelled_at} is set a failed one, and another takes its lease away. So a worker
 * that completes the export at the same moment either finds no lease, or is first, and the row has ended already.
 */
final class ExportCancellation {

    private static final String CANCEL = """
            UPDATE public.export_history
               SET cancelled_at = statement_timestamp()
             WHERE id = :id
               AND status IN ('pending', 'processing')
            """;

    private static final String FIND_END = """
            SELECT CASE WHEN cancelled_at IS NOT NULL THEN 'CANCELLED_BEFORE' ELSE upper(status) END AS found
              FROM public.export_history
             WHERE id = :id
            """;

    // One lookup by primary key for each export, and a second one for those that are lost.
    private static final String FIND_LOST = """
            SELECT held.position,
                   coalesce((SELECT h.cancelled_at IS NOT NULL
                               FROM public.export_history h
                              WHERE h.id = held.id), false) AS cancelled
              FROM unnest(:ids::uuid[], :tokens::uuid[]) WITH ORDINALITY AS held (id, token, position)
             WHERE NOT EXISTS (SELECT
                                 FROM satchel.export_lease l
                                WHERE l.export_id = held.id
                                  AND l.token = held.token)
            """;

    private final JdbcClient jdbc;

    ExportCancellation(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Optional<ExportHistory.Cancellation> cancel(UUID id) {
        if (jdbc.sql(CANCEL).param("id", id).update() == 1) {
            return Optional.of(ExportHistory.Cancellation.CANCELLED);
        }
        // A second statement, because it must see what the first one may have waited for. What has ended stays so.
        return jdbc.sql(FIND_END)
                .param("id", id)
                .query(String.class)
                .optional()
                .map(ExportHistory.Cancellation::valueOf);
    }

    List<ExportHistory.Lost> lost(List<Export.Processing> exports) {
        return jdbc.sql(FIND_LOST)
                .param("ids", exports.stream().map(Export.Processing::id).toArray(UUID[]::new))
                .param("tokens", exports.stream().map(Export.Processing::token).toArray(UUID[]::new))
                .query((row, number) ->
                        new ExportHistory.Lost(exports.get(row.getInt("position") - 1), row.getBoolean("cancelled")))
                .list();
    }
}
