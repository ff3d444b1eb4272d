package dev.satchel.postgres.dataset.check;

import dev.satchel.postgres.dataset.DatasetQuery;
import dev.satchel.postgres.dataset.OwnerPath;
import dev.satchel.postgres.dataset.OwnerPath.Step;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.postgres.dataset.SourceColumn;
import dev.satchel.postgres.dataset.SourceColumn.Source;
import dev.satchel.postgres.dataset.SourceType;
import dev.satchel.postgres.dataset.TableName;
import dev.satchel.postgres.dataset.TableRelations;
import dev.satchel.postgres.dataset.check.LiveCatalogue.ForeignKey;
import dev.satchel.postgres.dataset.check.LiveCatalogue.LiveColumn;
import dev.satchel.postgres.dataset.check.LiveCatalogue.Table;
import dev.satchel.record.Column.Origin;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Drafts datasets for a database: a dataset for each table that leads to users and is not covered, a replacement for
 * each dataset whose table has columns that are not covered, and the removal of each dataset whose table does not
 * exist.
 *
 * <p>Foreign keys are followed from the table of users, and the shortest path to a table is used. Of several equally
 * short paths, those with ON DELETE CASCADE are preferred, because a cascading row is a part of the row it references.
 * If none or all of them cascade, each of them makes the row the user's. The draft names the foreign keys that lead to users
 * and are not followed: whether a comment is its author's or a part of the post, only its application knows.
 */
final class DatasetProposal {

    static final String USER_ID = "user_id";

    private static final String OWN_ID = "the user's own id, the same in every record";

    private static final List<String> MOMENTS = List.of(
            "created_at",
            "inserted_at",
            "occurred_at",
            "happened_at",
            "sent_at",
            "placed_at",
            "started_at",
            "posted_at");

    private final PostgresDatasets known;
    private final LiveCatalogue live;
    private final Map<TableName, List<OwnerPath>> owners = new LinkedHashMap<>();
    private final Map<TableName, String> notUuid = new LinkedHashMap<>();
    private final Set<String> names = new HashSet<>();

    public DatasetProposal(PostgresDatasets known, LiveCatalogue live) {
        this.known = known;
        this.live = live;
        known.all().forEach(query -> names.add(query.dataset().name()));
        findOwners();
    }

    /** Whether the table is the table of users. */
    static boolean isUsers(TableName table) {
        return table.name().equals("users")
                && (table.schema().equals("public") || table.schema().equals("auth"));
    }

    private void findOwners() {
        List<Table> waiting = new ArrayList<>();
        for (Table table : live.tables().values()) {
            if (table.isTable()) {
                List<OwnerPath> direct = direct(table);
                if (direct.isEmpty()) {
                    waiting.add(table);
                } else {
                    owners.put(table.name(), direct);
                }
            }
        }
        boolean found = true;
        while (found) {
            Map<TableName, List<OwnerPath>> further = new LinkedHashMap<>();
            for (Table table : waiting) {
                List<ForeignKey> leading = table.foreignKeys().stream()
                        .filter(key -> owners.containsKey(key.target()) && !isUsers(key.target()))
                        .toList();
                if (!leading.isEmpty()) {
                    further.put(table.name(), paths(leading));
                }
            }
            found = !further.isEmpty();
            owners.putAll(further);
            waiting.removeIf(table -> further.containsKey(table.name()));
        }
    }

    private List<OwnerPath> direct(Table table) {
        Set<OwnerPath> direct = new LinkedHashSet<>();
        if (table.isUsersId("id")) {
            return List.of(new OwnerPath(List.of(), "id"));
        }
        if (isUsers(table.name()) && table.primaryKey().size() == 1) {
            if (!isUuid(table, table.primaryKey().get(0))) {
                return List.of();
            }
            direct.add(new OwnerPath(List.of(), table.primaryKey().get(0)));
            return List.copyOf(direct);
        }
        for (ForeignKey key : table.foreignKeys()) {
            if (isUsers(key.target())) {
                boolean byId = key.key().equals(List.of("id"));
                boolean leadsToUuid = byId
                        ? isUuid(table, key.columns().get(0))
                        : live.find(key.target())
                                .filter(users -> isUuid(users, "id"))
                                .isPresent();
                if (!leadsToUuid) {
                    continue;
                }
                direct.add(
                        byId
                                ? new OwnerPath(List.of(), key.columns().get(0))
                                : new OwnerPath(List.of(new Step(key.columns(), key.target(), key.key())), "id"));
            }
        }
        if (direct.isEmpty() && table.columns().containsKey(USER_ID) && isUuid(table, USER_ID)) {
            direct.add(new OwnerPath(List.of(), USER_ID));
        }
        return List.copyOf(direct);
    }

    // The type of a user's id is fixed by the specification. What has another one is not drafted, and is said to be
    // left out.
    private boolean isUuid(Table table, String column) {
        LiveColumn found = table.columns().get(column);
        boolean isUuid = found != null && found.type().isUuid();
        if (!isUuid && found != null) {
            notUuid.put(table.name(), column + " (" + found.printed() + ")");
        }
        return isUuid;
    }

    private List<OwnerPath> paths(List<ForeignKey> leading) {
        List<ForeignKey> parts =
                leading.stream().filter(ForeignKey::isCascading).toList();
        List<ForeignKey> followed = parts.isEmpty() ? leading : parts;
        List<OwnerPath> paths = new ArrayList<>();
        for (ForeignKey key : followed) {
            for (OwnerPath owner : owners.getOrDefault(key.target(), List.of())) {
                List<Step> steps = new ArrayList<>();
                steps.add(new Step(key.columns(), key.target(), key.key()));
                steps.addAll(owner.steps());
                paths.add(new OwnerPath(steps, owner.column()));
            }
        }
        return paths;
    }

    private List<ForeignKey> notFollowed(Table table, List<OwnerPath> paths) {
        return table.foreignKeys().stream()
                .filter(key -> owners.containsKey(key.target()) && !key.target().equals(table.name()))
                .filter(key -> paths.stream()
                        .noneMatch(path -> path.steps().isEmpty()
                                ? isUsers(key.target()) && key.columns().equals(List.of(path.column()))
                                : key.columns().equals(path.steps().get(0).columns())))
                .toList();
    }

    /** The draft as the text of a file of datasets. */
    public String yaml() {
        DatasetDraft draft = new DatasetDraft();
        Set<Source> registered = known.registered().keySet();
        Set<TableName> knownTables = new HashSet<>(known.excludedTables().keySet());
        registered.forEach(source -> knownTables.add(source.table()));
        for (DatasetQuery query : known.all()) {
            if (!query.isIn(live.schema())) {
                draft.remove(query.dataset().name(), query.relations().homes());
            } else if (query.relations() instanceof TableRelations relations) {
                TableName name = relations.owned().table();
                if (notUuid.containsKey(name) && !owners.containsKey(name)) {
                    draft.remove(query.dataset().name(), name, notUuid.get(name));
                } else if (live.find(name)
                        .filter(table -> table.isTable() && !leadToUsers(table, query) && !owners.containsKey(name))
                        .isPresent()) {
                    draft.removeOwnerless(query.dataset().name(), name);
                } else {
                    live.find(name)
                            .filter(Table::isTable)
                            .filter(table -> differs(table, query, registered))
                            .ifPresent(table -> draft(draft, table, query));
                }
            }
        }
        for (Map.Entry<TableName, List<OwnerPath>> owned : owners.entrySet()) {
            if (!knownTables.contains(owned.getKey())) {
                live.find(owned.getKey()).ifPresent(table -> {
                    if (table.isChild()) {
                        draft.leaveOutChild(table.name());
                    } else {
                        draft(draft, table, null);
                    }
                });
            }
        }
        notUuid.forEach((table, column) -> {
            if (!owners.containsKey(table) && !knownTables.contains(table)) {
                draft.leaveOut(table, column);
            }
        });
        return draft.text();
    }

    private static List<OwnerPath> owners(DatasetQuery query) {
        return ((TableRelations) query.relations()).owned().owners();
    }

    /** Whether the database has every column of the paths of the dataset, and a uuid at their ends. */
    private boolean leadToUsers(Table table, DatasetQuery query) {
        return owners(query).stream().allMatch(path -> {
            Table at = table;
            for (Step step : path.steps()) {
                Optional<Table> next = live.find(step.table());
                if (!at.columns().keySet().containsAll(step.columns())
                        || next.isEmpty()
                        || !next.get().columns().keySet().containsAll(step.key())) {
                    return false;
                }
                at = next.get();
            }
            LiveColumn last = at.columns().get(path.column());
            return last != null && last.type().isUuid();
        });
    }

    private boolean differs(Table table, DatasetQuery query, Set<Source> registered) {
        boolean hasMore = table.columns().keySet().stream()
                .anyMatch(column -> !registered.contains(new Source(table.name(), column)));
        boolean hasLess = Stream.concat(
                        query.columns().stream().map(SourceColumn::source), query.excluded().keySet().stream())
                .anyMatch(source -> source != null
                        && source.table().equals(table.name())
                        && !table.columns().containsKey(source.column()));
        boolean hasOthers = query.columns().stream().anyMatch(column -> {
            LiveColumn found =
                    column.source() != null && column.source().table().equals(table.name())
                            ? table.columns().get(column.source().column())
                            : null;
            return found != null && !column.type().reads(found.type());
        });
        return hasMore || hasLess || hasOthers || !leadToUsers(table, query);
    }

    private void draft(DatasetDraft draft, Table table, @Nullable DatasetQuery replaced) {
        List<OwnerPath> found = owners.getOrDefault(table.name(), List.of());
        List<OwnerPath> paths = replaced == null || !leadToUsers(table, replaced) ? found : owners(replaced);
        Map<String, SourceColumn> before = new LinkedHashMap<>();
        Map<String, String> excludedBefore = new LinkedHashMap<>();
        if (replaced != null) {
            replaced.columns().forEach(column -> {
                if (column.source() != null && column.source().table().equals(table.name())) {
                    before.put(column.source().column(), column);
                }
            });
            replaced.excluded().forEach((source, reason) -> {
                if (source.table().equals(table.name())) {
                    excludedBefore.put(source.column(), reason);
                }
            });
        }
        Map<String, String> excluded = new LinkedHashMap<>();
        Map<String, DatasetDraft.DraftColumn> columns = new LinkedHashMap<>();
        Origin origin = commonest(before.values());
        boolean isOwnersAlone = paths.size() == 1 && paths.get(0).steps().isEmpty() && !isUsers(table.name());
        for (LiveColumn column : table.columns().values()) {
            String reason = excludedBefore.get(column.name());
            SourceColumn earlier = before.get(column.name());
            Optional<String> secret = earlier == null ? PossibleSecret.reason(column) : Optional.empty();
            if (reason != null) {
                excluded.put(column.name(), reason);
            } else if (secret.isPresent()) {
                excluded.put(column.name(), "proposed to be left out, because it " + secret.get());
            } else if (earlier == null
                    && isOwnersAlone
                    && paths.get(0).column().equals(column.name())
                    && !table.primaryKey().equals(List.of(column.name()))) {
                excluded.put(column.name(), OWN_ID);
            } else {
                String called = earlier == null
                        ? called(column.name())
                        : earlier.column().name();
                SourceType type = earlier != null && earlier.type().reads(column.type())
                        ? earlier.type()
                        : SourceType.of(column.type());
                Origin own = earlier == null ? null : earlier.column().origin();
                columns.put(called, new DatasetDraft.DraftColumn(column.name(), type, own == origin ? null : own));
            }
        }
        Optional<String> date = date(table, columns);
        draft.add(
                replaced == null ? name(table.name()) : replaced.dataset().name(),
                replaced == null
                        ? table.name().name().toLowerCase(Locale.ROOT).replace('_', ' ')
                        : replaced.dataset().description(),
                origin,
                table.name(),
                paths,
                date.orElse(""),
                order(table, date),
                columns,
                excluded,
                notFollowed(table, paths));
    }

    // What is not known is proposed as the user's own, which every profile holds.
    private static Origin commonest(Collection<SourceColumn> columns) {
        EnumMap<Origin, Integer> counts = new EnumMap<>(Origin.class);
        columns.forEach(
                column -> column.column().knownOrigin().ifPresent(known -> counts.merge(known, 1, Integer::sum)));
        return counts.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(Origin.PROVIDED);
    }

    // "dataset" is the key that names the dataset in JSON Lines.
    private static String called(String column) {
        return column.equals("dataset") ? "dataset_" : column;
    }

    private String name(TableName table) {
        String base = table.name().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_");
        base = base.matches("[a-z].*") ? base : "t_" + base;
        base = base.equals(ExportType.ALL) ? "all_rows" : base;
        base = Dataset.isDevice(base) ? base + "_data" : base;
        base = base.substring(0, Math.min(base.length(), 40));
        String name = base;
        for (int number = 2; !names.add(name); number++) {
            name = base + "_" + number;
        }
        return name;
    }

    private static Optional<String> date(Table table, Map<String, DatasetDraft.DraftColumn> columns) {
        List<String> moments = columns.values().stream()
                .filter(column -> column.type() == SourceType.TIMESTAMPTZ
                        || column.type() == SourceType.TIMESTAMP
                        || column.type() == SourceType.DATE)
                .map(DatasetDraft.DraftColumn::source)
                .toList();
        return isUsers(table.name())
                ? Optional.empty()
                : MOMENTS.stream()
                        .filter(moments::contains)
                        .findFirst()
                        .or(() -> moments.stream().findFirst());
    }

    private static List<String> order(Table table, Optional<String> date) {
        Set<String> order = new LinkedHashSet<>();
        date.ifPresent(order::add);
        if (table.primaryKey().isEmpty()) {
            table.columns().values().stream()
                    .filter(LiveColumn::isSortable)
                    .map(LiveColumn::name)
                    .forEach(order::add);
        } else {
            order.addAll(table.primaryKey());
        }
        return List.copyOf(order);
    }
}
