package dev.satchel.batchexport.doctor;

import dev.satchel.batchexport.database.Database;
import dev.satchel.batchexport.doctor.finding.Finding;
import dev.satchel.batchexport.doctor.finding.Reasons;
import dev.satchel.batchexport.run.partition.channel.RequestChannel;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.store.FileStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Looks at a whole installation with the rights that its login has, and changes nothing.
 *
 * <p>Each check stands alone: what the login may not see, or what takes long, is said to be not checked. Where the
 * database cannot be reached, what needs no database is checked all the same.
 */
public final class Examination {

    private static final String DATABASE = "database";

    private static final String CHANNEL = "partition channel";

    private static final Duration LIMIT = Duration.ofSeconds(30);

    // Somebody waits for the answer, and a lock that is waited for holds up others.
    private static final List<String> SESSION = List.of(
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
            "SET statement_timeout = '10s'",
            "SET lock_timeout = '2s'");

    private static final String IS_READ_ONLY =
            "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean";

    // A login with a right on the table and without a policy would see an empty one.
    private static final String HISTORY_IS_HIDDEN = """
            SELECT row_security_active('public.export_history') AND NOT pg_has_role('satchel_exports', 'USAGE')
            """;

    private static final String RIGHTS = "42501";
    private static final String LOCKED = "55P03";
    private static final String CANCELLED = "57014";
    private static final Set<String> MISSING = Set.of("42P01", "3F000", "42703", "42704", "42883");

    private final String version;
    private final Supplier<Database> database;
    private final Optional<Supplier<? extends FileStore>> store;
    private final Optional<Supplier<KeyEncryptionKeys>> keys;
    private final Supplier<RequestChannel> channel;
    private final Clock clock;

    /**
     * @param version of this program
     * @param database opens the database, and throws where its settings are wrong; so do the others
     * @param store empty if none is configured
     * @param keys empty if none are configured
     * @param channel the way of requests for parts of exports
     * @param clock tells the time of this machine
     */
    public Examination(
            String version,
            Supplier<Database> database,
            Optional<Supplier<? extends FileStore>> store,
            Optional<Supplier<KeyEncryptionKeys>> keys,
            Supplier<RequestChannel> channel,
            Clock clock) {
        this.version = version;
        this.database = database;
        this.store = store;
        this.keys = keys;
        this.channel = channel;
        this.clock = clock;
    }

    private interface Look {
        Finding look() throws SQLException;
    }

    /** Looks at everything, in the same order each time. */
    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        findings.add(Versions.program(version));
        findings.add(Versions.java());
        Optional<DataSource> dataSource = Optional.empty();
        try {
            DataSource opened = database.get().plain();
            try (Connection connection = opened.getConnection()) {
                dataSource = Optional.of(opened);
                findings.addAll(ofDatabase(connection));
            }
        } catch (SQLException | RuntimeException failed) {
            findings.add(unreachable(failed));
        }
        Optional<SatchelPostgres> satchel = dataSource.map(SatchelPostgres::new);
        findings.add(store.map(opened -> bounded("store", () -> ofStore(opened, satchel)))
                .orElseGet(() -> Finding.notChecked(
                        "store", "SATCHEL_STORE is not set", "Set it to have the store checked, as workers have it.")));
        findings.add(keys.map(opened -> bounded("key-encryption key", () -> KeyAccess.look(opened)))
                .orElseGet(() -> Finding.notChecked(
                        "key-encryption key",
                        "SATCHEL_KEK is not set",
                        "Set it to have the key checked, if users' keys are kept.")));
        findings.add(bounded(CHANNEL, () -> ofChannel(channel)));
        return findings;
    }

    private static Finding unreachable(Exception failed) {
        return Finding.failed(
                DATABASE,
                Reasons.of(failed),
                "Correct DATABASE_URL or the server: until then nothing is delivered, and what is in the database was not"
                        + " checked.");
    }

    private List<Finding> ofDatabase(Connection connection) throws SQLException {
        JdbcClient jdbc = JdbcClient.create(new SingleConnectionDataSource(connection, true));
        boolean isReadOnly = jdbc.sql(IS_READ_ONLY).query(Boolean.class).single();
        try (Statement statement = connection.createStatement()) {
            for (String setting : SESSION) {
                statement.execute(setting);
            }
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(
                isReadOnly
                        ? Finding.failed(
                                DATABASE,
                                "the database is read-only: it is a standby, or default_transaction_read_only is on",
                                "Let DATABASE_URL name the primary server.")
                        : Finding.ok(DATABASE, "answers and accepts the login"));
        findings.add(asked("postgresql", () -> Versions.postgresql(connection)));
        findings.add(asked("schema", () -> Versions.schema(connection)));
        findings.add(asked("connections", () -> Connections.look(jdbc)));
        findings.add(asked("clock skew", () -> ClockSkew.look(jdbc, clock)));
        findings.add(asked("pending exports", () -> ofHistory("pending exports", jdbc, () -> Queue.pending(jdbc))));
        findings.add(asked("stuck leases", () -> ofHistory("stuck leases", jdbc, () -> Queue.leases(jdbc))));
        findings.add(asked("clean-up", () -> ofHistory("clean-up", jdbc, () -> CleanUpLag.look(jdbc))));
        findings.add(asked(
                "exports of the last day",
                () -> ofHistory("exports of the last day", jdbc, () -> Outcomes.look(jdbc))));
        findings.add(asked("last export run", () -> LastRuns.exportRun(jdbc, clock)));
        findings.add(asked("last clean-up run", () -> LastRuns.cleanUp(jdbc, clock)));
        findings.add(asked("schedule", () -> Schedule.look(jdbc)));
        findings.add(asked("tables", () -> OwnTables.look(jdbc)));
        findings.add(asked("triggers", () -> TriggerTime.look(jdbc)));
        findings.add(asked("row security", () -> RowSecurity.look(connection)));
        return findings;
    }

    private static Finding ofHistory(String check, JdbcClient jdbc, Look look) throws SQLException {
        return jdbc.sql(HISTORY_IS_HIDDEN).query(Boolean.class).single() ? notAllowed(check) : look.look();
    }

    private static Finding asked(String check, Look look) {
        try {
            return look.look();
        } catch (SQLException | RuntimeException failed) {
            String state = Reasons.state(failed);
            if (state.equals(RIGHTS)) {
                return notAllowed(check);
            }
            if (MISSING.contains(state)) {
                return Finding.notChecked(
                        check,
                        "the database lacks what this looks at",
                        "See the check 'schema': 'satchel migrate' makes it.");
            }
            if (state.equals(LOCKED)) {
                return Finding.warning(
                        check,
                        "another session keeps a table locked",
                        "Find it in pg_locks and end its transaction: it holds up workers and the application.");
            }
            if (state.equals(CANCELLED)) {
                return Finding.notChecked(
                        check,
                        "it took longer than ten seconds, or was cancelled",
                        "The server is busy, or statistics are old: look at pg_stat_activity, and try again.");
            }
            return Finding.failed(check, Reasons.of(failed), "See the log of the database.");
        }
    }

    private static Finding notAllowed(String check) {
        return Finding.notChecked(
                check,
                "this login may not look at it",
                "Log in as a member of satchel_exports or satchel_runtime, or as the owner of Satchel's tables.");
    }

    private static Finding ofStore(Supplier<? extends FileStore> opened, Optional<SatchelPostgres> satchel) {
        FileStore found;
        try {
            found = opened.get();
        } catch (RuntimeException refused) {
            return Finding.failed("store", Reasons.of(refused), "Correct the setting.");
        }
        return StoreAccess.look(found, satchel);
    }

    private static Finding ofChannel(Supplier<RequestChannel> opened) {
        RequestChannel found;
        try {
            found = opened.get();
        } catch (RuntimeException refused) {
            return Finding.failed(CHANNEL, Reasons.of(refused), "Correct the setting: no export is delivered before.");
        }
        try {
            return found.exists()
                    ? Finding.ok(CHANNEL, "requests for parts of large exports go through " + found.description())
                    : Finding.warning(
                            CHANNEL,
                            found.description() + " does not exist yet",
                            "Create it with one partition, or let a worker do so, which needs the right.");
        } catch (RuntimeException failed) {
            return Finding.failed(
                    CHANNEL,
                    Reasons.of(failed),
                    "Correct it: exports that are large enough for parts wait until then.");
        }
    }

    // Clients of other servers try again and again, each in its own way.
    private static Finding bounded(String check, Supplier<Finding> look) {
        CompletableFuture<Finding> asked = CompletableFuture.supplyAsync(look, Examination::start);
        try {
            return asked.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            return Finding.failed(
                    check,
                    "it did not answer within " + LIMIT.toSeconds() + " seconds",
                    "See that it runs, and that this machine can reach it.");
        } catch (ExecutionException defect) {
            return unforeseen(check, defect);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return unforeseen(check, interrupted);
        }
    }

    private static Finding unforeseen(String check, Exception failed) {
        return Finding.failed(check, Reasons.of(failed), "Run the command again, and report it if it recurs.");
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "satchel-doctor");
        thread.setDaemon(true);
        thread.start();
    }
}
