package dev.satchel.postgres.export;

import dev.satchel.UserId;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportRequest;
import dev.satchel.record.DatasetCatalogue;
import dev.satchel.record.ExportFilters;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a row asks for, as it was written, by Satchel or by another program. */
record RequestRow(
        UserId user,
        String type,
        String format,
        @Nullable String filtersKind,
        List<@Nullable String> filterNames,
        List<@Nullable String> filterValues) {

    /** The columns that {@link #of} reads, of a row of {@code public.export_history} that is named {@code h}. */
    static final String COLUMNS = """
            h.user_id, h.export_type, h.export_format, jsonb_typeof(h.filters) AS filters_kind,
            ARRAY(SELECT f.key
                    FROM jsonb_each_text(CASE jsonb_typeof(h.filters) WHEN 'object' THEN h.filters ELSE '{}' END) AS f
                   ORDER BY f.key) AS filter_names,
            ARRAY(SELECT f.value
                    FROM jsonb_each_text(CASE jsonb_typeof(h.filters) WHEN 'object' THEN h.filters ELSE '{}' END) AS f
                   ORDER BY f.key) AS filter_values
            """;

    /** Longer than every name and value that a request can rightly hold. */
    private static final int LONGEST_QUOTE = 60;

    static RequestRow of(ResultSet row) throws SQLException {
        return new RequestRow(
                new UserId(row.getObject("user_id", UUID.class)),
                row.getString("export_type"),
                row.getString("export_format"),
                row.getString("filters_kind"),
                texts(row, "filter_names"),
                texts(row, "filter_values"));
    }

    /** @throws IllegalArgumentException if the row asks for what does not exist */
    ExportRequest request(DatasetCatalogue catalogue) {
        return new ExportRequest(
                user, catalogue.type(legible(type)), ExportFormat.of(legible(format)), ExportFilters.of(filters()));
    }

    private Map<String, String> filters() {
        if (filtersKind != null && !filtersKind.equals("object")) {
            throw new IllegalArgumentException(
                    "the filters are a JSON " + filtersKind + ": expected an object of names and values");
        }
        Map<String, String> filters = new TreeMap<>();
        for (int index = 0; index < filterNames.size(); index++) {
            String name = legible(String.valueOf(filterNames.get(index)));
            String value = filterValues.get(index);
            if (value == null) {
                throw new IllegalArgumentException("the filter '" + name + "' has no value");
            }
            // A key is long, and no message quotes it.
            filters.put(name, name.equals(ExportFilters.ENCRYPT_TO) ? value : legible(value));
        }
        return filters;
    }

    /** Without the filters, which may hold the key of a recipient. */
    @Override
    public String toString() {
        return "RequestRow[user=" + user + ", type=" + legible(type) + ", format=" + legible(format) + "]";
    }

    private static List<@Nullable String> texts(ResultSet row, String column) throws SQLException {
        List<@Nullable String> texts = new ArrayList<>();
        for (Object text : (Object[]) row.getArray(column).getArray()) {
            texts.add((String) text);
        }
        return texts;
    }

    /** The text as one short readable line; what is cut or replaced here makes no request right that was wrong. */
    static String legible(String text) {
        StringBuilder legible = new StringBuilder();
        text.codePoints()
                .limit(LONGEST_QUOTE)
                .map(point -> Character.isISOControl(point) || Character.getType(point) == Character.FORMAT
                        ? '\uFFFD'
                        : point)
                .forEach(legible::appendCodePoint);
        return text.codePointCount(0, text.length()) > LONGEST_QUOTE
                ? legible.append('\u2026').toString()
                : legible.toString();
    }
}
