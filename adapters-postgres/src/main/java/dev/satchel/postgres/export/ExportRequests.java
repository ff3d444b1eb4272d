package dev.satchel.postgres.export;

import dev.satchel.UnknownUserException;
import dev.satchel.UserId;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.ExportRequest;
import dev.satchel.export.Failure;
import dev.satchel.export.TooManyExportsException;
import dev.satchel.record.DatasetCatalogue;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.postgresql.util.PSQLException;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Requests of exports in {@code public.export_history}, of which the database keeps equal ones from standing twice. */
final class ExportRequests {

    // The columns and the condition of the unique index of requests under way, by which the database finds it.
    private static final String UNLESS_UNDER_WAY = """
            ON CONFLICT (user_id, export_type, export_format,
                         sha256(decode(replace(coalesce(filters, '{}'::jsonb)::text, '\\', '\\\\'), 'escape')))
                  WHERE status IN ('pending', 'processing')
                  DO NOTHING
            """;

    // Finds nothing when an equal request was committed by another after this statement began. One that ended after it
    // began still looks active to the second half, although the first could add another.
    private static final String REQUEST = """
            WITH added AS (
                INSERT INTO public.export_history (user_id, export_type, export_format, filters)
                VALUES (:user, :type, :format, nullif(jsonb_object(:names::text[], :values::text[]), '{}'))
            """ + UNLESS_UNDER_WAY + """
                RETURNING id
            )
            SELECT id, true AS added
              FROM added
             UNION ALL
            SELECT id, false AS added
              FROM public.export_history
             WHERE user_id = :user
               AND export_type = :type
               AND export_format = :format
               AND coalesce(filters, '{}'::jsonb) = jsonb_object(:names::text[], :values::text[])
               AND status IN ('pending', 'processing')
               AND NOT EXISTS (SELECT FROM added)
            """;

    private static final String REQUEST_FOR_ALL_USERS = """
            INSERT INTO public.export_history (user_id, export_type, export_format, filters)
            SELECT user_id, :type, :format, nullif(jsonb_object(:names::text[], :values::text[]), '{}')
              FROM satchel.users_with_room() AS user_id
            """ + UNLESS_UNDER_WAY + """
            RETURNING id
            """;

    private static final String FIND_FAILED = """
            SELECT
            """ + RequestRow.COLUMNS + """
              FROM public.export_history h
             WHERE h.id = :id
               AND h.status = 'failed'
            """;

    // As many of a user as may be under way; the rest can be asked for again once those have ended. Not those whose
    // filters are not allowed in a request, which an adopted row may have: the table's check of the same condition
    // would refuse all the others with them.
    private static final String REQUEST_AGAIN = """
            WITH failed AS MATERIALIZED (
                SELECT f.id, f.user_id, f.export_type, f.export_format, f.filters, possible,
                       row_number() OVER (PARTITION BY f.user_id, possible ORDER BY f.created_at DESC, f.id)
                           + (SELECT count(*)
                                FROM public.export_history active
                               WHERE active.user_id = f.user_id
                                 AND active.status IN ('pending', 'processing'))
                           > satchel.most_active_exports() AS too_many
                  FROM public.export_history f
                 CROSS JOIN LATERAL (SELECT CASE coalesce(jsonb_typeof(f.filters), 'none')
                                                WHEN 'none' THEN true
                                                WHEN 'object'
                                                THEN f.filters - '{compress,difficulty,encrypt_to,from,phase,profile,to,zone}'::text[]
                                                         = '{}'::jsonb
                                                     AND NOT jsonb_path_exists(
                                                                 f.filters, 'strict $.* ? (@.type() != "string")',
                                                                 '{}', true)
                                                ELSE false
                                            END AS possible) AS checked
                 WHERE f.status = 'failed'
                   AND split_part(f.error_message, ':', 1) = :code
                   AND NOT EXISTS (SELECT
                                     FROM public.export_history later
                                    WHERE later.user_id = f.user_id
                                      AND later.created_at > f.created_at
                                      AND later.export_type = f.export_type
                                      AND later.export_format = f.export_format
                                      AND coalesce(later.filters, '{}') = coalesce(f.filters, '{}'))
            ), added AS (
                INSERT INTO public.export_history (user_id, export_type, export_format, filters)
                SELECT user_id, export_type, export_format, filters
                  FROM failed
                 WHERE possible AND NOT too_many
            """ + UNLESS_UNDER_WAY + """
                RETURNING id
            )
            SELECT 'added' AS outcome, id FROM added
             UNION ALL
            SELECT CASE WHEN possible THEN 'too many' ELSE 'impossible' END, id
              FROM failed
             WHERE too_many OR NOT possible
            """;

    private static final String FOREIGN_KEY_VIOLATION = "23503";

    /** What the database says when a user would have more exports under way than are allowed. */
    private static final String TOO_MANY_REQUESTS = "PT429";

    private final JdbcClient jdbc;
    private final Supplier<DatasetCatalogue> catalogue;

    ExportRequests(JdbcClient jdbc, Supplier<DatasetCatalogue> catalogue) {
        this.jdbc = jdbc;
        this.catalogue = catalogue;
    }

    ExportHistory.Requested request(ExportRequest request) {
        // Ends: a round without an answer means that another request was added or ended meanwhile.
        while (true) {
            Optional<ExportHistory.Requested> answer = requestOnce(request);
            if (answer.isPresent()) {
                return answer.get();
            }
        }
    }

    private Optional<ExportHistory.Requested> requestOnce(ExportRequest request) {
        try {
            return asking(REQUEST, request.type(), request.format(), request.filters())
                    .param("user", request.user().value())
                    .query((row, number) -> new ExportHistory.Requested(
                            row.getObject("id", UUID.class), request.user(), row.getBoolean("added")))
                    .optional();
        } catch (NonTransientDataAccessException refused) {
            String state = refused.getMostSpecificCause() instanceof SQLException cause ? cause.getSQLState() : null;
            if (FOREIGN_KEY_VIOLATION.equals(state)) {
                throw new UnknownUserException(request.user());
            }
            if (TOO_MANY_REQUESTS.equals(state)) {
                throw new TooManyExportsException(told(refused));
            }
            throw refused;
        }
    }

    // The limits are the database's, and so is the sentence that names them.
    private static String told(NonTransientDataAccessException refused) {
        return refused.getMostSpecificCause() instanceof PSQLException cause
                        && cause.getServerErrorMessage() != null
                        && cause.getServerErrorMessage().getMessage() != null
                ? cause.getServerErrorMessage().getMessage()
                : "the user has as many exports under way as are allowed";
    }

    List<UUID> requestForAllUsers(ExportType type, ExportFormat format, ExportFilters filters) {
        ExportRequest forAnyone = new ExportRequest(new UserId(new UUID(0, 0)), type, format, filters);
        return asking(REQUEST_FOR_ALL_USERS, forAnyone.type(), forAnyone.format(), forAnyone.filters())
                .query(ExportRequests::id)
                .list();
    }

    private JdbcClient.StatementSpec asking(String sql, ExportType type, ExportFormat format, ExportFilters filters) {
        Map<String, String> texts = new TreeMap<>(filters.texts());
        return jdbc.sql(sql)
                .param("type", type.name())
                .param("format", format.code())
                .param("names", texts.keySet().toArray(String[]::new))
                .param("values", texts.values().toArray(String[]::new));
    }

    Optional<ExportHistory.Requested> requestAgain(UUID failed) {
        return jdbc.sql(FIND_FAILED)
                .param("id", failed)
                .query((row, number) -> RequestRow.of(row).request(catalogue.get()))
                .optional()
                .map(this::request);
    }

    ExportHistory.RequestedAgain requestAgain(Failure.Code code) {
        Map<String, List<UUID>> outcomes = new TreeMap<>();
        jdbc.sql(REQUEST_AGAIN).param("code", code.code()).query(row -> {
            outcomes.computeIfAbsent(row.getString("outcome"), outcome -> new ArrayList<>())
                    .add(row.getObject("id", UUID.class));
        });
        return new ExportHistory.RequestedAgain(
                outcomes.getOrDefault("added", List.of()),
                outcomes.getOrDefault("too many", List.of()),
                outcomes.getOrDefault("impossible", List.of()));
    }

    private static UUID id(ResultSet row, int number) throws SQLException {
        return row.getObject("id", UUID.class);
    }
}
