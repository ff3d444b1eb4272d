package dev.satchel.migrations;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.ServiceLoader;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.postgresql.ds.PGSimpleDataSource;

/** A server of this JVM, its roles, and the templates that sample databases are copied from. */
final class Cluster {

    static final String OWNER = "satchel_owner";
    static final String WORKER = "satchel_worker";

    /** The parts of Satchel, each of which has a login that is a member of its role alone. */
    static final List<String> PARTS = List.of("satchel_exports", "satchel_vault", "satchel_rotation");

    static final String LEARNERS = "/db/sample/learners.sql";

    final Server.Address address;
    final String ownerPassword;
    final String workerPassword;

    private final String strategy;
    private final String suffix = UUID.randomUUID().toString().substring(0, 8);
    private boolean baseTemplateExists;
    private boolean learnersTemplateExists;
    private boolean migratedTemplateExists;
    private boolean wholeTemplateExists;
    private boolean workerExists;
    private int databases;
    private Connection administration;

    private Cluster(Server server) {
        address = server.start();
        // The roles of a server that outlives this JVM must stay usable for another JVM at the same time.
        var secret = address.kind().equals("external")
                ? address.password() + address.administrator()
                : UUID.randomUUID().toString();
        ownerPassword = UUID.nameUUIDFromBytes(("owner " + secret).getBytes(StandardCharsets.UTF_8))
                .toString();
        workerPassword = UUID.nameUUIDFromBytes(("worker " + secret).getBytes(StandardCharsets.UTF_8))
                .toString();
        strategy = strategy();
        createOwner();
        if (address.kind().equals("external")) {
            Runtime.getRuntime().addShutdownHook(new Thread(this::dropTemplates, "drop template databases"));
        }
    }

    /** The one that tests share. */
    static Cluster get() {
        return Shared.INSTANCE;
    }

    /** The embedded one that keeps what it has committed. */
    static Cluster durable() {
        return Durable.INSTANCE;
    }

    private static Cluster announced(Cluster cluster) {
        var version = query(cluster.administrator(cluster.address.database()), "SHOW server_version");
        System.out.printf("Tests run against PostgreSQL %s (%s)%n", version.split(" ", 2)[0], cluster.address.kind());
        return cluster;
    }

    private static Server server() {
        var url = System.getenv("SATCHEL_TEST_DATABASE_URL");
        if (url != null && !url.isBlank()) {
            return new ExternalServer(url);
        }
        if ("docker".equals(System.getProperty("satchel.test.postgres"))) {
            return ServiceLoader.load(Server.class)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(
                            "satchel.test.postgres=docker needs a build with the profile docker"));
        }
        return EmbeddedServer.careless();
    }

    PGSimpleDataSource administrator(String database) {
        return dataSource(database, address.administrator(), address.password());
    }

    PGSimpleDataSource dataSource(String database, String user, String password) {
        var source = new PGSimpleDataSource();
        source.setServerNames(new String[] {address.host()});
        source.setPortNumbers(new int[] {address.port()});
        source.setDatabaseName(database);
        source.setUser(user);
        source.setPassword(password);
        return source;
    }

    /** Makes an empty database that belongs to the owner. */
    synchronized String createEmpty() {
        return createFrom("template0");
    }

    /** Makes a database with the application's tables. */
    synchronized String createBase() {
        var template = "satchel_base_" + suffix;
        if (!baseTemplateExists) {
            create(template, "template0");
            var owner = dataSource(template, OWNER, ownerPassword);
            execute(owner, resource("/dev/satchel/db/platform/V000__platform.sql"));
            execute(owner, resource("/db/sample/base-tables.sql"));
            baseTemplateExists = true;
        }
        return createFrom(template);
    }

    /** Makes a database with the application's tables and the sample learners. */
    synchronized String createBaseWithLearners() {
        var template = "satchel_learners_" + suffix;
        if (!learnersTemplateExists) {
            drop(createBase());
            create(template, "satchel_base_" + suffix);
            execute(dataSource(template, OWNER, ownerPassword), resource(LEARNERS));
            learnersTemplateExists = true;
        }
        return createFrom(template);
    }

    /** Makes a database with the application's tables and Satchel's. */
    synchronized String createMigrated() {
        var template = "satchel_migrated_" + suffix;
        if (!migratedTemplateExists) {
            drop(createBase());
            create(template, "satchel_base_" + suffix);
            flyway(dataSource(template, OWNER, ownerPassword)).migrate();
            createWorker();
            migratedTemplateExists = true;
        }
        return createFrom(template);
    }

    /** Makes a database with the application's tables and Satchel's, to which the sample learners were added then. */
    synchronized String createMigratedWithLearners() {
        var template = "satchel_whole_" + suffix;
        if (!wholeTemplateExists) {
            drop(createMigrated());
            create(template, "satchel_migrated_" + suffix);
            execute(dataSource(template, OWNER, ownerPassword), resource(LEARNERS));
            wholeTemplateExists = true;
        }
        return createFrom(template);
    }

    static Flyway flyway(PGSimpleDataSource owner) {
        return Flyway.configure()
                .loggers("slf4j")
                .dataSource(owner)
                .locations("classpath:dev/satchel/db/platform", "classpath:dev/satchel/db/migration")
                .defaultSchema("satchel")
                .createSchemas(true)
                .validateMigrationNaming(true)
                .load();
    }

    static String loginOf(String part) {
        return part + "_login";
    }

    /** Makes the login role of the workers, and one for each part, once the roles of Satchel exist. */
    synchronized void createWorker() {
        if (workerExists) {
            return;
        }
        createLogin(WORKER, workerPassword, "");
        // By the owner, who made satchel_runtime: the administrator need not be a superuser.
        var owner = dataSource(address.database(), OWNER, ownerPassword);
        execute(owner, "GRANT satchel_runtime TO " + WORKER);
        for (var part : PARTS) {
            createLogin(loginOf(part), workerPassword, "");
            execute(owner, "GRANT " + part + " TO " + loginOf(part));
        }
        workerExists = true;
    }

    synchronized void drop(String database) {
        administer("DROP DATABASE IF EXISTS " + database + " WITH (FORCE)");
    }

    // In a session that stays open: thousands of databases come and go.
    private void administer(String sql) {
        try {
            if (administration == null || !administration.isValid(10)) {
                administration = administrator(address.database()).getConnection();
            }
            try (var statement = administration.createStatement()) {
                statement.execute(sql);
            }
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    // To copy the files of a template costs a third of writing each of its pages to the log, unless the disk is waited
    // for.
    private String strategy() {
        return query(administrator(address.database()), """
                SELECT CASE WHEN current_setting('fsync') = 'off'
                             AND current_setting('server_version_num')::integer >= 150000
                            THEN 'STRATEGY FILE_COPY' ELSE '' END
                """);
    }

    private void createOwner() {
        createLogin(OWNER, ownerPassword, "CREATEROLE");
        var administrator = administrator(address.database());
        if (query(administrator, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
                .equals("f")) {
            // Only a member may make databases that belong to it.
            execute(administrator, "GRANT " + OWNER + " TO CURRENT_USER");
        }
    }

    private void createLogin(String role, String password, String attributes) {
        execute(administrator(address.database()), """
                DO $block$
                BEGIN
                    IF to_regrole('%1$s') IS NULL THEN
                        CREATE ROLE %1$s LOGIN %3$s;
                    END IF;
                    ALTER ROLE %1$s PASSWORD '%2$s';
                    ALTER ROLE %1$s SET timezone = 'America/Los_Angeles';
                END
                $block$
                """.formatted(role, password, attributes));
    }

    private String createFrom(String template) {
        var database = "satchel_" + suffix + "_" + ++databases;
        create(database, template);
        return database;
    }

    private void create(String database, String template) {
        administer("CREATE DATABASE %s OWNER %s TEMPLATE %s %s".formatted(database, OWNER, template, strategy));
        if (!template.equals("template0")) {
            // Its rights are copied with everything else.
            return;
        }
        // Up to PostgreSQL 14 everybody may create in public, which a migration refuses.
        execute(administrator(database), """
                GRANT USAGE, CREATE ON SCHEMA public TO %s;
                REVOKE CREATE ON SCHEMA public FROM PUBLIC;
                """.formatted(OWNER));
    }

    private void dropTemplates() {
        drop("satchel_base_" + suffix);
        drop("satchel_learners_" + suffix);
        drop("satchel_migrated_" + suffix);
        drop("satchel_whole_" + suffix);
    }

    static String resource(String name) {
        try (var file = Cluster.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalArgumentException("no resource " + name);
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static void execute(PGSimpleDataSource source, String sql) {
        try (var connection = source.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static String query(PGSimpleDataSource source, String sql) {
        try (var connection = source.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    // Each server is started by whoever first asks for it.
    private static final class Shared {
        static final Cluster INSTANCE = announced(new Cluster(server()));
    }

    private static final class Durable {
        static final Cluster INSTANCE = new Cluster(EmbeddedServer.durable());
    }
}
