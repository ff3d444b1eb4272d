package dev.satchel.batchexport.schema.migrate;

import dev.satchel.batchexport.schema.catalog.FactKind;
import dev.satchel.batchexport.schema.catalog.SchemaContract;
import dev.satchel.batchexport.schema.check.Check;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds the remedy for each difference from the contract.
 *
 * <p>What the contract has is made again from its text, which PostgreSQL reads as it prints it. What it does not have is
 * left to people, because somebody made it; except for rights of PUBLIC, of the API roles and of Satchel's own, which a
 * restore or default privileges give without anybody's wish.
 */
final class Remedies {

    private static final String OWNER = "the owner";

    private static final Set<String> CLOSED = Set.of(
            "PUBLIC",
            OWNER,
            "anon",
            "authenticated",
            "service_role",
            "satchel_runtime",
            "satchel_exports",
            "satchel_vault",
            "satchel_rotation");

    private static final String GRANTABLE = " with grant option";
    private static final String NOT_VALID = " NOT VALID";
    private static final Pattern SEPARATOR = Pattern.compile(", ");
    private static final String POSITION = "position \\d+, ";
    private static final Pattern NUMBERS = Pattern.compile("(\\w+) from (\\d+) by (\\d+), (\\d+) to (\\d+)");

    private final SchemaContract contract;
    private final String owner;
    private final Set<String> ownRoles;
    private final Set<String> followed;

    /**
     * @param owner of schema {@code satchel}
     * @param ownRoles whose rights the login has
     * @param followed the application's tables that have triggers of Satchel's
     */
    Remedies(SchemaContract contract, String owner, Set<String> ownRoles, Set<String> followed) {
        this.contract = contract;
        this.owner = identifier(owner);
        this.ownRoles = ownRoles;
        this.followed = followed;
    }

    Remedy of(Check check) {
        FactKind kind = FactKind.of(check.subject());
        Matcher parts = kind.partsOf(check.subject());
        boolean isExtra = check.expectation().equals(Check.NOTHING);
        boolean isMissing = check.found().equals(Check.NOTHING);
        return switch (kind) {
            case GRANT -> grant(check, parts);
            case GRANT_ELSEWHERE -> elsewhere(check, parts);
            case RIGHTS ->
                Remedy.byHand("comes from a role that %s is a member of, or from PUBLIC: end that"
                        .formatted(parts.group("role")));
            case ROLE -> isMissing ? roles("the file ran, and the role is missing still") : attributes(check, parts);
            case MEMBERSHIP -> membership(check, parts, isExtra);
            case MEMBERS ->
                Remedy.byHand(
                        "this gives users rights of Satchel's",
                        "REVOKE %s FROM %s".formatted(parts.group("role"), check.found()));
            case USE_OF_PUBLIC ->
                Remedy.byHand("schema public is not Satchel's", "GRANT USAGE ON SCHEMA public TO PUBLIC");
            case PLATFORM ->
                roles("schema auth and what is in it are the platform's: the owner of schema auth can"
                        + " grant its use");
            case OWNER -> owner(check, parts);
            case TABLE -> table(check, parts.group("object"), isExtra, isMissing);
            case COLUMN -> column(check, parts.group("object"), parts.group("part"), isExtra, isMissing);
            case DEFAULT ->
                Remedy.statements("ALTER TABLE %s ALTER COLUMN %s %s DEFAULT%s"
                        .formatted(
                                parts.group("object"),
                                parts.group("part"),
                                isExtra ? "DROP" : "SET",
                                isExtra ? "" : " " + check.expectation()));
            case CONSTRAINT -> constraint(check, parts.group("object"), parts.group("part"), isExtra, isMissing);
            case INDEX -> index(check, parts.group("object"), isExtra, isMissing);
            case USE_OF_INDEX ->
                isMissing
                        ? Remedy.byHand("comes with the index")
                        : Remedy.statements("REINDEX INDEX " + parts.group("object"));
            case ROW_SECURITY ->
                Remedy.statements("ALTER TABLE %s %s ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY"
                        .formatted(
                                parts.group("object"), check.expectation().equals("enabled") ? "ENABLE" : "DISABLE"));
            case POLICY -> policy(parts.group("object"), parts.group("part"));
            case TRIGGER -> trigger(parts.group("object"), parts.group("part"), isMissing);
            case USE_OF_OTHERS ->
                Remedy.byHand("it is in a schema of others, and runs wherever that expression does: make"
                        + " the expression again without it");
            case RULE -> notOurs("DROP RULE %s ON %s".formatted(parts.group("part"), parts.group("object")));
            case VIEW ->
                isExtra
                        ? notOurs("DROP VIEW " + parts.group("object"))
                        : Remedy.files(Remedy.Group.REPEATABLE, "its file ran, and it differs still");
            case SEQUENCE ->
                isExtra ? notOurs("DROP SEQUENCE " + parts.group("object")) : sequence(parts.group("object"));
            case NUMBERS -> isExtra ? Remedy.byHand("is not Satchel's") : numbers(check, parts.group("object"));
            case FUNCTION ->
                isExtra
                        ? notOurs("DROP FUNCTION " + parts.group("object"))
                        : Remedy.files(Remedy.Group.REPEATABLE, "its file ran, and it differs still");
            case TYPE ->
                isExtra
                        ? notOurs("DROP TYPE " + parts.group("object"))
                        : Remedy.byHand("columns or functions are made of it: bring it back from a backup");
            case OTHER -> Remedy.byHand("is not Satchel's to change: " + check.found());
        };
    }

    private Remedy grant(Check check, Matcher parts) {
        String kind = parts.group("kind");
        String object = parts.group("object");
        if (!isOurs(kind, object)) {
            return elsewhere(check, parts);
        }
        String role = parts.group("role");
        String grantee = role.equals(OWNER) ? owner : role.equals("PUBLIC") ? role : identifier(role);
        Set<String> expected = privileges(check.expectation());
        Set<String> found = privileges(check.found());
        Set<String> missing = new LinkedHashSet<>(expected);
        missing.removeAll(found);
        Set<String> extra = new LinkedHashSet<>(found);
        extra.removeAll(expected);
        List<String> statements = new ArrayList<>();
        if (!extra.isEmpty()) {
            String revoke = "REVOKE %s FROM %s".formatted(privileges(extra, kind, object), grantee);
            if (!CLOSED.contains(role)) {
                return Remedy.byHand("somebody granted it to a role that is not Satchel's", revoke);
            }
            statements.add(revoke);
        }
        if (!missing.isEmpty()) {
            statements.add("GRANT %s TO %s".formatted(privileges(missing, kind, object), grantee));
        }
        return Remedy.statements(statements);
    }

    private boolean isOurs(String kind, String object) {
        return switch (kind) {
            case "schema" -> object.equals("satchel");
            case "column" -> contract.has("table " + tableOf(object)) || contract.has("view " + tableOf(object));
            default -> contract.has(kind + " " + object);
        };
    }

    private static Set<String> privileges(String fact) {
        return fact.equals(Check.NOTHING)
                ? Set.of()
                : SEPARATOR.splitAsStream(fact).collect(Collectors.toCollection(TreeSet::new));
    }

    private static String privileges(Set<String> privileges, String kind, String object) {
        String column =
                kind.equals("column") ? " (" + object.substring(tableOf(object).length() + 1) + ")" : "";
        String on = switch (kind) {
            case "column" -> "TABLE " + tableOf(object);
            case "view" -> "TABLE " + object;
            default -> kind.toUpperCase(Locale.ROOT) + " " + object;
        };
        return privileges.stream()
                .map(privilege -> privilege.replace(GRANTABLE, "") + column)
                .collect(Collectors.joining(", ", "", " ON " + on));
    }

    private static String tableOf(String column) {
        return column.substring(0, column.lastIndexOf('.'));
    }

    private static Remedy elsewhere(Check check, Matcher parts) {
        String what = "it is granted on what is not Satchel's";
        String kind = parts.group("kind");
        String object = parts.group("object");
        String role = parts.group("role");
        Set<String> privileges = privileges(check.found());
        return switch (kind) {
            case "schema", "function", "parameter", "column" ->
                Remedy.byHand(what, "REVOKE %s FROM %s".formatted(privileges(privileges, kind, object), role));
            case "relation" ->
                Remedy.byHand(what, "REVOKE %s ON %s FROM %s".formatted(String.join(", ", privileges), object, role));
            default -> Remedy.byHand(what + ": take it back from " + role);
        };
    }

    private static Remedy roles(String otherwise) {
        return Remedy.files(Remedy.Group.ROLES, otherwise);
    }

    private static Remedy attributes(Check check, Matcher parts) {
        return Remedy.byHand(
                "a role belongs to the whole server",
                "ALTER ROLE %s %s".formatted(parts.group("role"), check.expectation()));
    }

    private static Remedy membership(Check check, Matcher parts, boolean isExtra) {
        String role = parts.group("object");
        String member = parts.group("role");
        return isExtra
                ? Remedy.byHand("a role belongs to the whole server", "REVOKE %s FROM %s".formatted(role, member))
                : roles("expected is: %s; another role granted it otherwise, or it takes ADMIN OPTION on %s"
                        .formatted(check.expectation(), role));
    }

    private static Remedy table(Check check, String table, boolean isExtra, boolean isMissing) {
        if (isExtra) {
            return notOurs("DROP TABLE " + table);
        }
        if (isMissing) {
            return Remedy.byHand("is missing, and its rows with it: bring it back from a backup");
        }
        return check.found().equals(check.expectation() + ", unlogged")
                ? Remedy.statements("ALTER TABLE %s SET LOGGED".formatted(table))
                : Remedy.byHand("is " + check.found() + ", which only its owner can judge");
    }

    private Remedy column(Check check, String table, String column, boolean isExtra, boolean isMissing) {
        if (contract.has("view " + table)) {
            // Its file cannot replace a view whose columns are called otherwise.
            return isExtra
                    ? Remedy.statements("DROP VIEW IF EXISTS " + table)
                    : Remedy.files(Remedy.Group.REPEATABLE, "its file ran, and it differs still");
        }
        if (isExtra) {
            return notOurs("ALTER TABLE %s DROP COLUMN %s".formatted(table, column));
        }
        if (isMissing) {
            return Remedy.byHand("is missing, and what it held with it: bring it back from a backup");
        }
        if (anyNullability(check.expectation()).equals(anyNullability(check.found()))) {
            return Remedy.statements("ALTER TABLE %s ALTER COLUMN %s %s NOT NULL"
                    .formatted(table, column, check.expectation().contains(", nullable") ? "DROP" : "SET"));
        }
        if (check.found().replaceFirst(POSITION, "").equals(check.expectation().replaceFirst(POSITION, ""))) {
            return Remedy.byHand(
                    "stands at another position, which Satchel does not depend on; only a new table changes it");
        }
        return Remedy.byHand("is %s and not %s: what it holds decides whether it can become that"
                .formatted(check.found(), check.expectation()));
    }

    private static String anyNullability(String fact) {
        return fact.replace(", not null but" + NOT_VALID, "")
                .replace(", not null", "")
                .replace(", nullable", "");
    }

    private static Remedy constraint(Check check, String table, String constraint, boolean isExtra, boolean isMissing) {
        String alter = "ALTER TABLE " + table;
        if (isExtra) {
            return notOurs(alter + " DROP CONSTRAINT " + constraint);
        }
        if (check.found().equals(check.expectation() + NOT_VALID)) {
            return Remedy.statements(alter + " VALIDATE CONSTRAINT " + constraint);
        }
        String add = alter + " ADD CONSTRAINT %s %s".formatted(constraint, check.expectation());
        return isMissing ? Remedy.statements(add) : Remedy.statements(alter + " DROP CONSTRAINT " + constraint, add);
    }

    private Remedy index(Check check, String index, boolean isExtra, boolean isMissing) {
        if (isExtra) {
            return notOurs("DROP INDEX " + index);
        }
        if (contract.hasConstraint(index.substring(index.indexOf('.') + 1))) {
            return Remedy.byHand("comes with the constraint of that name");
        }
        return isMissing
                ? Remedy.statements(check.expectation())
                : Remedy.statements("DROP INDEX " + index, check.expectation());
    }

    private Remedy policy(String table, String policy) {
        String subject = "policy %s on %s".formatted(policy, table);
        if (!contract.has(subject)) {
            return notOurs("DROP POLICY %s ON %s".formatted(policy, table));
        }
        String using = "USING of " + subject;
        String check = "WITH CHECK of " + subject;
        return Remedy.statements(
                "DROP POLICY IF EXISTS %s ON %s".formatted(policy, table),
                "CREATE POLICY %s ON %s AS %s%s%s"
                        .formatted(
                                policy,
                                table,
                                contract.fact(subject),
                                contract.has(using) ? " USING (" + contract.fact(using) + ")" : "",
                                contract.has(check) ? " WITH CHECK (" + contract.fact(check) + ")" : ""));
    }

    private Remedy owner(Check check, Matcher parts) {
        String statement = "ALTER %s %s OWNER TO %s"
                .formatted(parts.group("kind").toUpperCase(Locale.ROOT), parts.group("object"), owner);
        return ownRoles.contains(check.found())
                ? Remedy.statements(statement)
                : Remedy.byHand("the login must be owner of it to take it from " + check.found(), statement);
    }

    private Remedy trigger(String table, String trigger, boolean isMissing) {
        String subject = "trigger %s on %s".formatted(trigger, table);
        if (isMissing && contract.has(subject) && followed.contains(table)) {
            // The file sees that the table was written to without it, and lets every user be counted again.
            return Remedy.files(Remedy.Group.REPEATABLE, "its file ran, and it is missing still");
        }
        return contract.has(subject)
                // A trigger that is replaced is enabled again.
                ? Remedy.statements(contract.fact(subject).replaceFirst("^CREATE ", "CREATE OR REPLACE "))
                : notOurs("DROP TRIGGER %s ON %s".formatted(trigger, table));
    }

    // The three number the rows of Spring Batch's tables, which are called like them.
    private static Remedy sequence(String sequence) {
        String table = sequence.replaceFirst("_seq$", "");
        return Remedy.statements(
                "CREATE SEQUENCE " + sequence,
                "SELECT setval('%s', (SELECT coalesce(max(%s_id), 0) + 1 FROM %s), false)"
                        .formatted(sequence, table.substring(table.indexOf('_') + 1), table));
    }

    private static Remedy numbers(Check check, String sequence) {
        Matcher numbers = NUMBERS.matcher(check.expectation());
        if (!numbers.matches()) {
            throw new IllegalStateException("the contract says of %s: %s".formatted(sequence, check.expectation()));
        }
        return Remedy.statements("ALTER SEQUENCE " + sequence
                + numbers.replaceFirst(" AS $1 START $2 INCREMENT $3 MINVALUE $4 MAXVALUE $5 NO CYCLE"));
    }

    private static Remedy notOurs(String drop) {
        return Remedy.byHand("is not Satchel's", drop);
    }

    private static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /**
     * How one difference between a live schema and the contract is mended: by files, by statements, or by a person.
     *
     * @param files that run again, because they hold what the contract knows a digest of only
     * @param statements that lose no row, and drop nothing that others made
     * @param otherwise what a person can do, where there is neither or they change nothing
     */
    record Remedy(Optional<Group> files, List<String> statements, String otherwise) {

        /** Files that may run at any time. */
        enum Group {
            /** The roles, which belong to the server and are in no dump of a database, and what Supabase provides. */
            ROLES,
            /** Functions, their triggers, and views. */
            REPEATABLE
        }

        static Remedy files(Group files, String otherwise) {
            return new Remedy(Optional.of(files), List.of(), otherwise);
        }

        static Remedy statements(List<String> statements) {
            return new Remedy(
                    Optional.empty(),
                    statements,
                    "what should have changed it had no effect: " + String.join("; ", statements) + ";");
        }

        static Remedy statements(String... statements) {
            return statements(List.of(statements));
        }

        /** What no migration may do by itself. */
        static Remedy byHand(String reason) {
            return new Remedy(Optional.empty(), List.of(), reason);
        }

        static Remedy byHand(String reason, String statement) {
            return byHand("%s; to change that, run: %s;".formatted(reason, statement));
        }

        boolean isByHand() {
            return files.isEmpty() && statements.isEmpty();
        }
    }
}
