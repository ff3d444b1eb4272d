package dev.satchel.migrations;

import java.util.function.Predicate;

/** Brings a database to the state before or after a migration, as an SQL editor would. */
final class Upgrades {

    /** The versioned files from before there were limits; without the repeatable ones, which are always the newest. */
    static final Predicate<String> BEFORE_LIMITS = file -> file.matches("/dev/satchel/db/migration/V00\\d.*");

    /** All others. */
    static final Predicate<String> SINCE_LIMITS = BEFORE_LIMITS.negate();

    private Upgrades() {}

    static void paste(SampleDatabase database, Predicate<String> files) {
        for (var file : PastedFilesIT.files()) {
            if (!file.startsWith("/dev/satchel/db/platform/") && files.test(file)) {
                Cluster.execute(database.ownerDataSource(), Cluster.resource(file));
            }
        }
    }
}
