package dev.satchel.migrations;

import org.postgresql.ds.PGSimpleDataSource;

/**
 * A fresh database on a real PostgreSQL, with the application's tables and, unless asked otherwise, Satchel's.
 *
 * <p>The server is the embedded one, or the one that {@code SATCHEL_TEST_DATABASE_URL} names (its user needs CREATEDB
 * and CREATEROLE), or a container where the system property {@code satchel.test.postgres} is {@code docker}. It starts
 * with the first database, serves the whole JVM, and ends with it. Tables belong to an owner who is no superuser, as
 * on Supabase; workers log in as a member of {@code satchel_runtime}.
 *
 * <p>The two login roles ask for the time zone America/Los_Angeles. pgjdbc overrides that with the zone of the JVM, so
 * tests that care run with an odd one.
 */
public final class SampleDatabase implements AutoCloseable {

    private final Cluster cluster;
    private final String name;

    private SampleDatabase(Cluster cluster, String name) {
        this.cluster = cluster;
        this.name = name;
    }

    /** Makes a database with the application's tables and Satchel's, without rows. */
    public static SampleDatabase create() {
        var cluster = Cluster.get();
        return new SampleDatabase(cluster, cluster.createMigrated());
    }

    /**
     * Makes a database with the application's tables and Satchel's, in which the sample learners have worked; copied from
     * one to which they were added, which takes a tenth of {@link #withLearners}.
     */
    public static SampleDatabase createWithLearners() {
        var cluster = Cluster.get();
        return new SampleDatabase(cluster, cluster.createMigratedWithLearners());
    }

    /** Makes a database with the application's tables only, without rows. */
    public static SampleDatabase createUnmigrated() {
        var cluster = Cluster.get();
        return new SampleDatabase(cluster, cluster.createBase());
    }

    /** Makes a database with the application's tables and the sample learners, copied from one that holds them. */
    public static SampleDatabase createUnmigratedWithLearners() {
        var cluster = Cluster.get();
        return new SampleDatabase(cluster, cluster.createBaseWithLearners());
    }

    /**
     * Makes a database with the application's tables only, without rows, on an embedded server that keeps what it has
     * committed, whatever the tests run on: for measurements.
     */
    public static SampleDatabase createDurable() {
        var cluster = Cluster.durable();
        return new SampleDatabase(cluster, cluster.createBase());
    }

    /** Makes a database in which nothing exists yet. */
    public static SampleDatabase createEmpty() {
        var cluster = Cluster.get();
        return new SampleDatabase(cluster, cluster.createEmpty());
    }

    /** Adds the sample learners, whom Satchel's triggers follow where they exist. */
    public SampleDatabase withLearners() {
        Cluster.execute(ownerDataSource(), Cluster.resource(Cluster.LEARNERS));
        return this;
    }

    /** Name of the database on its server. */
    public String name() {
        return name;
    }

    /** URL without user and password, for JDBC. */
    public String jdbcUrl() {
        return "jdbc:postgresql://" + authority() + "/" + name;
    }

    /** URL of the owner, with the password, in the form that psql takes. */
    public String ownerUrl() {
        return url(Cluster.OWNER, cluster.ownerPassword);
    }

    /** URL of the worker, with the password, in the form that psql takes. */
    public String workerUrl() {
        return url(Cluster.WORKER, cluster.workerPassword);
    }

    /** Connects as the owner of every table: CREATEROLE, no superuser, not bound by row security. */
    public PGSimpleDataSource ownerDataSource() {
        return dataSource(Cluster.OWNER, cluster.ownerPassword);
    }

    /** Connects as the server's administrator; a superuser, except on an external server that gave another user. */
    public PGSimpleDataSource superuserDataSource() {
        return cluster.administrator(name);
    }

    /**
     * Connects as {@code satchel_worker}, a member of {@code satchel_runtime} that owns nothing.
     *
     * <p>In a database that Satchel has not been migrated into yet, it is made by {@link #ensureWorker()}.
     */
    public PGSimpleDataSource workerDataSource() {
        return dataSource(Cluster.WORKER, cluster.workerPassword);
    }

    /**
     * Connects as a login that is a member of one of Satchel's roles alone: {@code satchel_exports}, {@code satchel_vault}
     * or {@code satchel_rotation}.
     */
    public PGSimpleDataSource dataSourceOf(String role) {
        return dataSource(Cluster.loginOf(role), cluster.workerPassword);
    }

    /** URL of such a login, with the password, in the form that psql takes. */
    public String urlOf(String role) {
        return url(Cluster.loginOf(role), cluster.workerPassword);
    }

    /** Connects as any role. */
    public PGSimpleDataSource dataSource(String user, String password) {
        return cluster.dataSource(name, user, password);
    }

    /** Makes the worker's login role, for a test that ran the migrations itself. */
    public SampleDatabase ensureWorker() {
        cluster.createWorker();
        return this;
    }

    /** Role that owns the database and all tables. */
    public String ownerUser() {
        return Cluster.OWNER;
    }

    /** Password of {@link #ownerUser()}, random per server. */
    public String ownerPassword() {
        return cluster.ownerPassword;
    }

    /** Role that workers log in as. */
    public String workerUser() {
        return Cluster.WORKER;
    }

    /** Password of {@link #workerUser()}, random per server. */
    public String workerPassword() {
        return cluster.workerPassword;
    }

    /** Drops the database, ending whatever sessions are left in it. */
    @Override
    public void close() {
        cluster.drop(name);
    }

    private String url(String user, String password) {
        return "postgresql://" + user + ":" + password + "@" + authority() + "/" + name;
    }

    private String authority() {
        return cluster.address.host() + ":" + cluster.address.port();
    }
}
