package dev.satchel.batchexport.faults;

import dev.satchel.store.FileStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.regex.Pattern;

/** A defence that is switched off by hand, to see that the enumeration notices. */
enum Weakness {
    NONE,

    /** A worker publishes although its lease has passed to another one. */
    NO_FENCE,

    /** A worker writes an object without having recorded it. */
    NO_RECORD,

    /** The clean-up removes what a worker with a lease has written. */
    CLEAN_UP_WITHOUT_LEASES,

    /** The clean-up removes the record and leaves the object. */
    NO_REMOVAL,

    /** A worker takes back what another one has a lease on. */
    RECLAIM_OF_LIVE_LEASES;

    private static final Pattern FENCE = Pattern.compile(
            "(DELETE FROM satchel\\.export_lease l\\s+USING held\\s+WHERE l\\.export_id = held\\.id\\s+AND )"
                    + "l\\.token = (\\$\\d+)(\\s+RETURNING l\\.export_id\\s+\\), published)");

    /** What a statement of the worker under test is changed to. */
    String worker(String sql) {
        return switch (this) {
            case NO_FENCE -> FENCE.matcher(sql).replaceFirst("$1$2 IS NOT NULL$3");
            case NO_RECORD ->
                sql.contains("INSERT INTO satchel.upload_journal (url, export_id, token, opened_at")
                        ? sql + " WHERE false"
                        : sql;
            default -> sql;
        };
    }

    /** What a statement of the second worker and the clean-up is changed to. */
    String others(String sql) {
        return switch (this) {
            case CLEAN_UP_WITHOUT_LEASES -> sql.replace("f.token IS DISTINCT FROM l.token", "true");
            case RECLAIM_OF_LIVE_LEASES ->
                sql.contains("lost AS MATERIALIZED")
                        ? sql.replace("l.expires_at <= statement_timestamp()", "true")
                        : sql;
            default -> sql;
        };
    }

    /** What the clean-up has for the store. */
    FileStore store(FileStore store) {
        return this == NO_REMOVAL ? withoutRemoval(store) : store;
    }

    private static FileStore withoutRemoval(FileStore store) {
        return (FileStore) Proxy.newProxyInstance(
                Weakness.class.getClassLoader(), new Class<?>[] {FileStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("delete")) {
                        return null;
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                });
    }
}
