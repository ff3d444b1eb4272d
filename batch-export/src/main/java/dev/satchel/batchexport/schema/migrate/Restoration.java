package dev.satchel.batchexport.schema.migrate;

import dev.satchel.batchexport.schema.catalog.Attempt;
import dev.satchel.batchexport.schema.catalog.FactKind;
import dev.satchel.batchexport.schema.catalog.SchemaContract;
import dev.satchel.batchexport.schema.catalog.SchemaTransaction;
import dev.satchel.batchexport.schema.catalog.UsersTable;
import dev.satchel.batchexport.schema.check.Check;
import dev.satchel.batchexport.schema.check.ContractCheck;
import dev.satchel.batchexport.schema.check.FollowedTables;
import dev.satchel.batchexport.schema.migrate.Remedies.Remedy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Brings back what a schema at the newest version lacks of what the migrations made, as after a restore of a dump
 * without rights: whatever a verification finds that can be made again without losing a row.
 *
 * <p>The contract says what is to be there; there is no second list of it. What it cannot bring back, and what somebody
 * else added, it leaves, and tells why.
 */
final class Restoration {

    // Roles come before grants to them, keys before what refers to them. To revoke a right on a table takes away those
    // on
    // its columns too, which the next round gives back.
    private static final int MOST_ROUNDS = 6;

    private static final String PRIVATE_SCHEMA = "V001__private_schema.sql";
    private static final List<String> FILES_OF_ROLES = List.of("V000__platform.sql", PRIVATE_SCHEMA);

    private static final String OWNER = """
            SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'satchel'
            """;

    private static final String OWN_ROLES = "SELECT rolname FROM pg_roles WHERE pg_has_role(oid, 'USAGE')";

    private static final String MISSING_ROLES = """
            SELECT name
              FROM unnest(ARRAY ['anon', 'authenticated', 'service_role', 'satchel_runtime', 'satchel_exports',
                                 'satchel_vault', 'satchel_rotation']) AS name
             WHERE to_regrole(name) IS NULL
            """;

    private static final String POSITION = "position \\d+, ";

    private final Connection connection;
    private final Remedies remedies;
    private final Map<Remedy, String> obstacles = new HashMap<>();

    private Restoration(Connection connection) throws SQLException {
        this.connection = connection;
        this.remedies = new Remedies(
                SchemaContract.forDatabase(connection),
                SchemaTransaction.rows(connection, OWNER).get(0),
                Set.copyOf(SchemaTransaction.rows(connection, OWN_ROLES)),
                FollowedTables.followed(connection));
    }

    /** Makes the roles that the server lacks, for files that name them: a dump of a database is restored without them. */
    static List<Check> makeRoles(Connection connection) throws SQLException {
        List<String> missing = SchemaTransaction.rows(connection, MISSING_ROLES);
        if (!missing.isEmpty()) {
            for (String file : FILES_OF_ROLES) {
                SchemaTransaction.execute(connection, SchemaFiles.read(file));
            }
        }
        SchemaContract contract = SchemaContract.forDatabase(connection);
        return missing.stream()
                .map("role "::concat)
                .map(role -> Check.of(role, contract.fact(role), Check.NOTHING))
                .toList();
    }

    /**
     * Brings back what it can in the transaction that is open.
     *
     * @param beforehand what was brought back already
     */
    static Outcome restore(Connection connection, List<Check> beforehand) throws SQLException {
        List<Check> differences = ContractCheck.differences(connection);
        return differences.isEmpty()
                ? new Outcome(beforehand, List.of())
                : new Restoration(connection).restore(differences, beforehand);
    }

    /** What {@link #restore} would do, and what would stay as it is, as far as that can be told by looking. */
    static List<Check> plan(Connection connection) throws SQLException {
        List<Check> differences = ContractCheck.differences(connection);
        if (differences.isEmpty()) {
            return List.of(Check.ok("contract", "the schema is what the migrations make"));
        }
        Restoration restoration = new Restoration(connection);
        List<Check> mendable = restoration.mendable(differences);
        List<Check> checks = new ArrayList<>();
        for (Check check : mendable) {
            if (isUncertain(check)) {
                checks.add(Check.failed(
                        check.subject(),
                        check.expectation(),
                        check.found() + ": " + restoration.reason(check),
                        restoration.statements(check)));
                continue;
            }
            checks.add(Check.notice(
                    check.subject(),
                    "would be restored: expected " + check.expectation() + ", found " + check.found(),
                    restoration.statements(check)));
        }
        for (Check check : restoration.left(
                differences.stream().filter(check -> !mendable.contains(check)).toList())) {
            checks.add(
                    mendable.stream().anyMatch(cause -> comesWith(check, cause))
                            ? Check.notice(check.subject(), "would be restored with what it comes from")
                            : Check.failed(
                                    check.subject(),
                                    check.expectation(),
                                    check.found() + ": " + restoration.reason(check)));
        }
        return checks;
    }

    // What follows from another difference, and goes with it: the index of a key, say, or the rights that a grant gave.
    private static boolean comesWith(Check check, Check cause) {
        FactKind kind = FactKind.of(check.subject());
        FactKind of = FactKind.of(cause.subject());
        Matcher parts = kind.partsOf(check.subject());
        boolean isMissing = check.found().equals(Check.NOTHING);
        return switch (kind) {
            case RIGHTS -> (of == FactKind.GRANT || isMissing) && mentions(cause.subject(), parts.group("object"));
            case OWNER -> isMissing && isObject(cause) && mentions(cause.subject(), parts.group("object"));
            case INDEX, USE_OF_INDEX ->
                isMissing
                        && (cause.subject().equals("index " + parts.group("object"))
                                || cause.subject()
                                        .startsWith("constraint "
                                                + parts.group("object").replaceFirst(".*\\.", "")
                                                + " on "));
            case USE_OF_OTHERS ->
                switch (of) {
                    case CONSTRAINT, POLICY, TRIGGER ->
                        check.subject()
                                .contains(" " + of.partsOf(cause.subject()).group("part") + " on ");
                    case INDEX ->
                        check.subject()
                                .endsWith(" " + of.partsOf(cause.subject()).group("object"));
                    case DEFAULT ->
                        check.subject().endsWith(" " + cause.subject().replaceFirst("^default of ", ""));
                    default -> false;
                };
            default -> false;
        };
    }

    // A membership that another role granted otherwise is not to be taken back by this one.
    private static boolean isUncertain(Check check) {
        return FactKind.of(check.subject()) == FactKind.MEMBERSHIP
                && !check.found().equals(Check.NOTHING);
    }

    /**
     * Locks the application's tables that get triggers or keys: the first is waited for while nothing is held, and the rest
     * are there at once or not at all. A wait for one lock while holding another invites a deadlock, of which the
     * application would be the victim as often as this. Where the role may not lock, the files do as they run.
     */
    static void lockBaseTables(Connection connection) throws SQLException {
        List<String> tables = new ArrayList<>(FollowedTables.followed(connection));
        UsersTable.of(connection).ifPresent(users -> tables.add(users.name()));
        String waiting = "";
        for (String table : tables) {
            if (SchemaTransaction.rows(connection, "SELECT has_table_privilege(?, 'TRUNCATE')", table)
                    .equals(List.of("t"))) {
                SchemaTransaction.execute(connection, "LOCK TABLE " + table + " IN SHARE ROW EXCLUSIVE MODE" + waiting);
                waiting = " NOWAIT";
            }
        }
    }

    private Outcome restore(List<Check> before, List<Check> beforehand) throws SQLException {
        if (!mendable(before).isEmpty()) {
            lockBaseTables(connection);
        }
        List<Check> differences = before;
        for (int round = 1; round <= MOST_ROUNDS && !differences.isEmpty(); round++) {
            obstacles.clear();
            mend(mendable(differences));
            List<Check> after = ContractCheck.differences(connection);
            if (after.equals(differences)) {
                break;
            }
            differences = after;
        }
        Set<String> stillThere = differences.stream().map(Check::subject).collect(Collectors.toSet());
        return new Outcome(
                Stream.concat(
                                beforehand.stream(),
                                before.stream().filter(check -> !stillThere.contains(check.subject())))
                        .toList(),
                left(differences).stream()
                        .map(check -> check.subject() + ": " + reason(check))
                        .toList());
    }

    private void mend(List<Check> differences) throws SQLException {
        Set<Remedy> needed = remedies(differences);
        for (Remedy.Group group : groups(needed)) {
            for (String file : files(group)) {
                Optional<SQLException> failure =
                        Attempt.change(connection, () -> SchemaTransaction.execute(connection, SchemaFiles.read(file)));
                if (failure.isPresent()) {
                    String obstacle = file + ": " + Attempt.reason(failure.get());
                    needed.stream()
                            .filter(remedy -> remedy.files().equals(Optional.of(group)))
                            .forEach(remedy -> obstacles.merge(remedy, obstacle, (first, next) -> first + "; " + next));
                }
            }
        }
        for (Remedy remedy : needed) {
            Attempt.change(connection, () -> {
                        for (String sql : remedy.statements()) {
                            SchemaTransaction.execute(connection, sql);
                        }
                    })
                    .ifPresent(failure -> obstacles.put(
                            remedy,
                            "%s; it takes: %s;"
                                    .formatted(Attempt.reason(failure), String.join("; ", remedy.statements()))));
        }
    }

    // Several facts of one policy have one remedy.
    private Set<Remedy> remedies(List<Check> differences) {
        return differences.stream().map(remedies::of).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Set<Remedy.Group> groups(Set<Remedy> remedies) {
        return remedies.stream()
                .flatMap(remedy -> remedy.files().stream())
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Remedy.Group.class)));
    }

    private List<String> files(Remedy.Group group) {
        return switch (group) {
            case ROLES -> FILES_OF_ROLES;
            case REPEATABLE ->
                Stream.concat(Stream.of(PRIVATE_SCHEMA), SchemaFiles.repeatable(connection).stream())
                        .distinct()
                        .toList();
        };
    }

    private String[] statements(Check check) {
        Remedy remedy = remedies.of(check);
        return Stream.concat(
                        remedy.files().stream()
                                .flatMap(group -> files(group).stream())
                                .map(file -> file + " runs again"),
                        remedy.statements().stream().map(sql -> sql + ";"))
                .toArray(String[]::new);
    }

    // What belongs to an object that is gone, or is not Satchel's, goes with it.
    private List<Check> mendable(List<Check> differences) {
        List<Check> lost = differences.stream()
                .filter(Restoration::isObject)
                .filter(check -> remedies.of(check).isByHand())
                .toList();
        return differences.stream()
                .filter(check -> !remedies.of(check).isByHand())
                .filter(check -> lost.stream().noneMatch(object -> belongsTo(check, object)))
                .toList();
    }

    private List<Check> left(List<Check> differences) {
        List<Check> objects = differences.stream().filter(Restoration::isObject).toList();
        return differences.stream()
                .filter(check -> objects.stream().noneMatch(object -> belongsTo(check, object)))
                .toList();
    }

    private static boolean isObject(Check check) {
        boolean isThere = !check.found().equals(Check.NOTHING);
        FactKind kind = FactKind.of(check.subject());
        // The body of a function, say, is not the function.
        if (!check.subject().startsWith(kind.name().toLowerCase(Locale.ROOT))) {
            return false;
        }
        return switch (kind) {
            case TABLE, COLUMN, VIEW, SEQUENCE, TYPE, FUNCTION, TRIGGER, POLICY, INDEX, CONSTRAINT ->
                !isThere || check.expectation().equals(Check.NOTHING);
            case OWNER -> isThere;
            default -> false;
        };
    }

    private static boolean belongsTo(Check check, Check object) {
        FactKind kind = FactKind.of(object.subject());
        Matcher parts = kind.partsOf(object.subject());
        FactKind of = FactKind.of(check.subject());
        boolean isIndex = of == FactKind.INDEX || of == FactKind.USE_OF_INDEX;
        if (check.equals(object)) {
            return false;
        }
        return switch (kind) {
            case CONSTRAINT -> isIndex && check.subject().endsWith("." + parts.group("part"));
            case OWNER -> of == FactKind.GRANT && mentions(check.subject(), parts.group("object"));
            case COLUMN ->
                mentions(textOf(check), parts.group("object") + "." + parts.group("part"))
                        || (of == FactKind.COLUMN
                                && mentions(check.subject(), parts.group("object"))
                                && isOnlyMoved(check));
            case POLICY, TRIGGER -> mentions(check.subject(), parts.group("part") + " on " + parts.group("object"));
            default -> mentions(textOf(check), parts.group("object"));
        };
    }

    // A key or an index names its table, and the table that it refers to, in its definition.
    private static String textOf(Check check) {
        return switch (FactKind.of(check.subject())) {
            case CONSTRAINT, INDEX, TRIGGER -> check.subject() + " " + check.expectation();
            default -> check.subject();
        };
    }

    private static boolean mentions(String text, String name) {
        return Pattern.compile("(?<![\\w.])" + Pattern.quote(name) + "(?!\\w)")
                .matcher(text)
                .find();
    }

    private static boolean isOnlyMoved(Check check) {
        return check.expectation()
                .replaceFirst(POSITION, "")
                .equals(check.found().replaceFirst(POSITION, ""));
    }

    private String reason(Check check) {
        Remedy remedy = remedies.of(check);
        return obstacles.getOrDefault(remedy, remedy.otherwise());
    }

    /** How many there are of which kind. */
    private static String counts(List<Check> checks) {
        Map<String, Long> counts = checks.stream()
                .collect(Collectors.groupingBy(
                        check -> FactKind.of(check.subject()).plural, TreeMap::new, Collectors.counting()));
        return counts.entrySet().stream()
                .map(count -> count.getKey() + " " + count.getValue())
                .collect(Collectors.joining(", "));
    }

    /**
     * What became of the differences.
     *
     * @param restored what is as it should be from now on
     * @param left what is not, and why
     */
    record Outcome(List<Check> restored, List<String> left) {

        /** What was restored, a line for each and one for all. */
        List<String> lines() {
            return restored.isEmpty()
                    ? List.of()
                    : Stream.concat(
                                    restored.stream()
                                            .map(check -> (check.expectation().equals(Check.NOTHING)
                                                            ? "took back "
                                                            : "restored ")
                                                    + check.subject()),
                                    Stream.of("restored what the migrations make: " + counts(restored)))
                            .toList();
        }
    }
}
