package dev.satchel.postgres.dataset.check;

import dev.satchel.UserId;
import dev.satchel.postgres.dataset.DatasetQuery;
import dev.satchel.postgres.dataset.LiveSchema;
import dev.satchel.postgres.dataset.OwnedTable;
import dev.satchel.postgres.dataset.OwnerPath;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.postgres.dataset.SourceColumn;
import dev.satchel.postgres.dataset.SourceColumn.Source;
import dev.satchel.postgres.dataset.SourceType;
import dev.satchel.postgres.dataset.TableName;
import dev.satchel.postgres.dataset.TableRelations;
import dev.satchel.postgres.dataset.check.LiveCatalogue.LiveColumn;
import dev.satchel.postgres.dataset.check.LiveCatalogue.Table;
import dev.satchel.record.DatasetFinding;
import dev.satchel.record.DatasetFinding.Kind;
import dev.satchel.record.ExportFilters;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Compares datasets with the live database. Reads the database's catalog only, no rows of tables. */
final class DatasetCheck {

    private static final UserId NOBODY = new UserId(new UUID(0, 0));
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private static final String MAY_ASK_WHAT_IS_COUNTED = """
            SELECT has_function_privilege(to_regprocedure('satchel.is_countable(text,text,text)'), 'EXECUTE')
            """;

    private static final String NOT_COUNTED = """
            SELECT DISTINCT of_schema || '.' || of_table || '.' || of_column
              FROM satchel.compared_columns(?::jsonb -> 0)
             WHERE NOT satchel.is_countable(of_schema, of_table, of_column)
             ORDER BY 1
            """;

    private final PostgresDatasets datasets;
    private final LiveCatalogue live;
    private final Set<DatasetFinding> findings = new LinkedHashSet<>();

    public DatasetCheck(PostgresDatasets datasets, LiveCatalogue live) {
        this.datasets = datasets;
        this.live = live;
    }

    /**
     * The findings.
     *
     * @param gaps the tables and columns with users' data that no dataset covers
     */
    public List<DatasetFinding> findings(Connection connection, List<String> gaps) throws SQLException {
        for (DatasetQuery query : datasets.all()) {
            checkOrigins(query);
            checkTables(query);
            checkColumns(query);
            checkOwners(query);
            checkComparisons(query);
            checkCounts(connection, query);
            checkLookups(query);
            checkStatement(connection, query);
        }
        datasets.excludedTables().forEach((table, reason) -> {
            if (!table.schema().equals("satchel") && live.find(table).isEmpty()) {
                add(
                        "",
                        Kind.MISSING_TABLE,
                        table + " in excluded_tables does not exist",
                        "remove it from excluded_tables");
            }
        });
        gaps.forEach(gap -> add(
                "",
                Kind.UNKNOWN_TABLE_OR_COLUMN,
                gap,
                "export it or leave it out with a reason: 'satchel datasets propose' drafts it, unless it is a view or"
                        + " its user's id is no uuid"));
        return List.copyOf(findings);
    }

    private void add(DatasetQuery query, Kind kind, String problem, String remedy) {
        add(query.dataset().name(), kind, problem, remedy);
    }

    private void add(String dataset, Kind kind, String problem, String remedy) {
        findings.add(new DatasetFinding(dataset, kind, problem, remedy));
    }

    private void checkOrigins(DatasetQuery query) {
        List<String> unmarked = query.columns().stream()
                .filter(column -> column.column().knownOrigin().isEmpty())
                .map(column -> column.column().name())
                .toList();
        if (!unmarked.isEmpty()) {
            add(
                    query,
                    Kind.NO_ORIGIN,
                    "no origin is known of the columns " + String.join(", ", unmarked)
                            + ", so that an export of the profile portability has them even if they are derived",
                    "add 'origin: provided', 'observed' or 'derived' to the dataset, and to each column that differs");
        }
    }

    private void checkTables(DatasetQuery query) {
        Set<TableName> tables = new LinkedHashSet<>(query.relations().tables());
        query.owned().forEach(owned -> {
            tables.add(owned.table());
            owned.owners().forEach(owner -> owner.steps().forEach(step -> tables.add(step.table())));
        });
        for (TableName table : tables) {
            if (live.find(table).isEmpty()) {
                add(
                        query,
                        Kind.MISSING_TABLE,
                        table + " does not exist",
                        "correct the name, or remove the dataset with 'remove: true'");
            }
        }
    }

    private void checkColumns(DatasetQuery query) {
        for (SourceColumn column : query.columns()) {
            Source source = column.source();
            if (source != null) {
                exists(query, source).ifPresent(found -> {
                    checkType(query, column, source, found);
                    if (!found.isReadable()) {
                        notReadable(query, source.table(), List.of(source.column()));
                    }
                    PossibleSecret.reason(found)
                            .filter(reason -> !query.harmless().contains(source))
                            .ifPresent(
                                    reason -> add(
                                            query,
                                            Kind.POSSIBLE_SECRET,
                                            source + " " + reason + ", and is exported",
                                            "move it to 'excluded' with a reason, or add 'secret: false' if it is not a secret"));
                });
            }
        }
        query.excluded().keySet().forEach(source -> exists(query, source));
    }

    private void checkType(DatasetQuery query, SourceColumn column, Source source, LiveColumn found) {
        if (!column.type().reads(found.type())) {
            add(
                    query,
                    Kind.UNDECODABLE_TYPE,
                    source + " is of the type " + found.printed() + ", which cannot be read as "
                            + column.type().code(),
                    "give it the type " + SourceType.of(found.type()).code());
        }
    }

    private Optional<LiveColumn> exists(DatasetQuery query, Source source) {
        Optional<Table> table = live.find(source.table());
        Optional<LiveColumn> column =
                table.flatMap(of -> Optional.ofNullable(of.columns().get(source.column())));
        if (table.isPresent() && column.isEmpty()) {
            add(
                    query,
                    Kind.MISSING_COLUMN,
                    source + " does not exist",
                    "correct the name, or remove the column from the dataset");
        }
        return column;
    }

    private void notReadable(DatasetQuery query, TableName table, Collection<String> columns) {
        add(
                query,
                Kind.NOT_READABLE,
                table + " (" + String.join(", ", columns) + ") cannot be read by the role authenticated, as which every"
                        + " user's data is read",
                "GRANT USAGE ON SCHEMA " + TableName.quoted(table.schema()) + " TO authenticated; GRANT SELECT ON "
                        + table.quoted() + " TO authenticated");
    }

    private void checkOwners(DatasetQuery query) {
        for (OwnedTable owned : query.owned()) {
            live.find(owned.table()).ifPresent(table -> {
                if (table.isOwnTable() && !table.hasRowSecurity()) {
                    add(
                            query,
                            Kind.ROW_SECURITY_OFF,
                            owned.table() + " has row-level security switched off, so that only the dataset's filter "
                                    + "keeps out other users' rows",
                            "ALTER TABLE " + owned.table().quoted()
                                    + " ENABLE ROW LEVEL SECURITY, and a policy that shows users their own rows");
                }
                owned.owners().forEach(owner -> checkPath(query, table, owner));
            });
        }
    }

    private void checkPath(DatasetQuery query, Table start, OwnerPath owner) {
        Table at = start;
        for (OwnerPath.Step step : owner.steps()) {
            checkStepColumns(query, at, step.columns());
            Optional<Table> next = live.find(step.table());
            if (next.isEmpty()) {
                return;
            }
            at = next.get();
            for (String key : step.key()) {
                exists(query, new Source(at.name(), key)).ifPresent(column -> {
                    if (!column.isReadable()) {
                        notReadable(query, step.table(), step.key());
                    }
                });
            }
        }
        checkStepColumns(query, at, List.of(owner.column()));
        LiveColumn column = at.columns().get(owner.column());
        if (column != null && !leadsToUsers(at, column)) {
            add(
                    query,
                    Kind.NO_PATH_TO_USER,
                    at.name() + "." + owner.column() + " (" + column.printed()
                            + ") does not lead to a user: it is not a"
                            + " uuid, or it neither references a table of users nor is called user_id",
                    "name the column that holds the user's id, or the foreign keys that lead to it");
        }
    }

    private void checkStepColumns(DatasetQuery query, Table at, List<String> columns) {
        for (String name : columns) {
            Optional<LiveColumn> column = exists(query, new Source(at.name(), name));
            if (column.isEmpty()) {
                return;
            }
            if (!column.get().isReadable()) {
                notReadable(query, at.name(), columns);
            }
        }
        if (at.isOwnTable() && !at.isIndexedBy(columns)) {
            String list =
                    String.join(", ", columns.stream().map(TableName::quoted).toList());
            add(
                    query,
                    Kind.NO_INDEX,
                    at.name() + " has no index that begins with " + String.join(", ", columns)
                            + ", so that each export reads all of it",
                    "CREATE INDEX " + (at.isPartitioned() ? "" : "CONCURRENTLY ") + "ON "
                            + at.name().quoted() + " (" + list + ")");
        }
    }

    private void checkComparisons(DatasetQuery query) {
        query.incomparable(live.schema())
                .forEach(columns -> add(
                        query,
                        Kind.INCOMPARABLE_COLUMNS,
                        columns.own() + " and " + columns.key() + " cannot be compared: " + columns.why(),
                        "give both columns the same type of PostgreSQL's own, such as text, and the same collation, or"
                                + " use other columns"));
    }

    // An export counts its user's rows past row security, to notice hidden ones. It cannot do so in a table whose owner
    // could make the count run code of their own.
    private void checkCounts(Connection connection, DatasetQuery query) throws SQLException {
        if (findings.stream()
                        .anyMatch(finding -> finding.dataset()
                                        .equals(query.dataset().name())
                                && (finding.kind() == Kind.NOT_READABLE || finding.kind() == Kind.MISSING_COLUMN))
                || !mayAskWhatIsCounted(connection)) {
            return;
        }
        for (OwnedTable owned : query.owned()) {
            if (live.find(owned.table()).isEmpty()) {
                continue;
            }
            try (PreparedStatement statement = connection.prepareStatement(NOT_COUNTED)) {
                statement.setString(1, PostgresDatasets.json(List.of(owned)));
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        add(
                                query,
                                Kind.NOT_COUNTED,
                                "an export does not notice rows of " + owned.table()
                                        + " that row security hides from their user, because " + rows.getString(1)
                                        + " or its type belongs to a role that is not trusted",
                                "make the owner of the database, of the schema satchel or of the table of users its"
                                        + " owner");
                    }
                }
            }
        }
    }

    private static boolean mayAskWhatIsCounted(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(MAY_ASK_WHAT_IS_COUNTED)) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static boolean leadsToUsers(Table table, LiveColumn column) {
        boolean references = table.foreignKeys().stream()
                .anyMatch(key -> key.columns().equals(List.of(column.name())) && DatasetProposal.isUsers(key.target()));
        return column.type().isUuid()
                && (table.isUsersId(column.name())
                        || references
                        || column.name().equals(DatasetProposal.USER_ID));
    }

    private void checkLookups(DatasetQuery query) {
        if (!(query.relations() instanceof TableRelations relations)) {
            return;
        }
        for (TableRelations.Lookup lookup : relations.lookups()) {
            lookup.on()
                    .keySet()
                    .forEach(own -> exists(query, new Source(relations.owned().table(), own)));
            live.find(lookup.table()).ifPresent(table -> {
                if (table.isTable() && !table.isUnique(lookup.on().values())) {
                    add(
                            query,
                            Kind.AMBIGUOUS_LOOKUP,
                            lookup.table() + " may have several rows for one of "
                                    + lookup.on().values() + ", each of which would repeat a record",
                            "look up by the columns of a unique index");
                }
            });
        }
    }

    // EXPLAIN finds errors that the catalog does not show, such as a wrong column in 'order' or in SQL. A login
    // without the right to read the tables cannot run it.
    private void checkStatement(Connection connection, DatasetQuery query) throws SQLException {
        LiveSchema schema = live.schema();
        if (!query.isIn(schema) || hasFindings(query)) {
            return;
        }
        Savepoint before = connection.setSavepoint();
        try (Statement statement = connection.createStatement()) {
            statement.execute("EXPLAIN " + query.select(schema, NOBODY, ExportFilters.NONE));
        } catch (SQLException refused) {
            if (!INSUFFICIENT_PRIVILEGE.equals(refused.getSQLState())) {
                add(
                        query,
                        Kind.REFUSED_STATEMENT,
                        "PostgreSQL refuses the statement of " + query.dataset().name() + ": "
                                + String.valueOf(refused.getMessage())
                                        .lines()
                                        .findFirst()
                                        .orElse(""),
                        "correct the columns of 'order', 'difficulty' and 'phase', or the SQL");
            }
        } finally {
            connection.rollback(before);
        }
    }

    private boolean hasFindings(DatasetQuery query) {
        List<Kind> kinds = new ArrayList<>();
        findings.forEach(finding -> {
            if (finding.dataset().equals(query.dataset().name())) {
                kinds.add(finding.kind());
            }
        });
        return kinds.contains(Kind.MISSING_COLUMN) || kinds.contains(Kind.UNDECODABLE_TYPE);
    }
}
