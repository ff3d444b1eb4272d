package dev.satchel.batchexport.cli.serve;

import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.batchexport.database.Database;
import dev.satchel.batchexport.observe.health.Reasons;
import dev.satchel.batchexport.run.ExportSettings;
import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.batchexport.run.partition.PartitionSettings;
import dev.satchel.batchexport.run.stop.StopOnExit;
import dev.satchel.batchexport.run.stop.StopSignal;
import dev.satchel.batchexport.serve.ServeSettings;
import dev.satchel.batchexport.serve.Service;
import dev.satchel.batchexport.serve.management.ManagementServer;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.batchexport.store.NamedFileStore;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.batchexport.terminal.UsageException;
import dev.satchel.keys.encryption.KeyEncryptionKeys;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "serve",
        description = {
            "Delivers exports, cleans up, checks keys and ends broken streaks on schedule, until told to stop (SIGTERM).",
            "Any number may run at once, on machines whose clocks differ: each tick is run by one of them. Settings say"
                    + " when: SATCHEL_SERVE_EXPORTS, SATCHEL_SERVE_CLEANUP, SATCHEL_SERVE_KEYS and SATCHEL_SERVE_STREAKS,"
                    + " in SATCHEL_SERVE_ZONE. SATCHEL_SERVE_MANAGEMENT is the address of health and metrics."
        },
        footerHeading = """

                Examples:
                  satchel serve
                  satchel serve --concurrency 8
                  SATCHEL_SERVE_CLEANUP=@daily satchel serve
                """)
public final class ServeCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

    private final Console console;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            defaultValue = "4",
            description = "How many exports to deliver side by side; ${DEFAULT-VALUE} when left out. With"
                    + " SATCHEL_PARTITION_ABOVE, 0 delivers only parts of other workers' exports.")
    int concurrency;

    ServeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException {
        Settings settings = new Settings(console.environment());
        Database database = settings.database();
        ServeSettings serve = settings.serve();
        ExportSettings exports = settings.exports();
        PartitionSettings partition = settings.partition();
        KeyEncryptionKeys keys = keys(settings, serve);
        StopSignal stop = new StopSignal();
        try (NamedFileStore store = serve.needsStore() ? settings.store() : null;
                ManagementServer management =
                        serve.managementAddress().map(ManagementServer::at).orElse(null);
                HikariDataSource jobs = database.pool(connections(serve, partition));
                HikariDataSource own = Service.ownConnections(database);
                StopOnExit exit = new StopOnExit(stop, exports.stopGrace())) {
            new Service(
                            new Service.Parts(
                                    serve,
                                    exports,
                                    partition,
                                    settings.health(),
                                    settings.datasets(),
                                    settings.formats(),
                                    concurrency,
                                    store,
                                    keys,
                                    jobs,
                                    own),
                            exit.signal())
                    .run(management);
            return 0;
        } catch (SQLException | RuntimeException fatal) {
            // What collects the log reads no other lines.
            LOG.error("the program ends: {}", new Reasons(new KnownFailures()).of(fatal));
            throw fatal;
        }
    }

    private static @Nullable KeyEncryptionKeys keys(Settings settings, ServeSettings serve) {
        if (!serve.checksKeys(settings.hasKek())) {
            return null;
        }
        if (!settings.hasKek()) {
            throw new UsageException("SATCHEL_SERVE_KEYS says when keys are checked, but SATCHEL_KEK is not set: say"
                    + " where the key-encryption keys are, or leave SATCHEL_SERVE_KEYS out");
        }
        return settings.kekAddress().open(settings);
    }

    private int connections(ServeSettings serve, PartitionSettings partition) {
        if (concurrency == 0 && partition.isOn() && !serve.isWatching()) {
            throw new UsageException(
                    "--concurrency 0 delivers parts of other workers' exports and nothing else: it needs"
                            + " SATCHEL_SERVE_EXPORTS=watch");
        }
        try {
            return Service.jobConnections(concurrency, partition);
        } catch (IllegalArgumentException outOfRange) {
            throw new UsageException(outOfRange.getMessage());
        }
    }
}
