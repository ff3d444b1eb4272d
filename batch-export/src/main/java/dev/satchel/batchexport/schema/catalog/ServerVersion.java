package dev.satchel.batchexport.schema.catalog;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/**
 * Which PostgreSQL versions Satchel may run on.
 *
 * <p>Earlier ones of the same major version can apply a cached plan with the row security of another role.
 *
 * @param number as {@code server_version_num} says it: 170006 is 17.6
 */
public record ServerVersion(int number) {

    private static final int OLDEST_MAJOR = 14;
    private static final int NEWEST_MAJOR = 18;
    private static final Map<Integer, Integer> FIRST_MINOR = Map.of(14, 19, 15, 14, 16, 10, 17, 6, 18, 0);

    /** Whether the catalog can be read at all. */
    public boolean isKnown() {
        return major() >= OLDEST_MAJOR;
    }

    /** Whether Satchel was tried on it, so that it prints expressions as the contract has them. */
    public boolean isTried() {
        return isKnown() && major() <= NEWEST_MAJOR;
    }

    /** Whether row security holds on it, as far as is known. */
    public boolean isSafe() {
        Integer firstMinor = FIRST_MINOR.get(major());
        return firstMinor == null ? major() > NEWEST_MAJOR : number % 10_000 >= firstMinor;
    }

    /** The version of the server that a connection leads to. */
    public static ServerVersion of(Connection connection) throws SQLException {
        return new ServerVersion(Integer.parseInt(
                SchemaTransaction.rows(connection, "SHOW server_version_num").get(0)));
    }

    private int major() {
        return number / 10000;
    }

    @Override
    public String toString() {
        return major() + "." + number % 10000;
    }
}
