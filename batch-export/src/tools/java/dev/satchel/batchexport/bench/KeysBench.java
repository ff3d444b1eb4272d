package dev.satchel.batchexport.bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.UserId;
import dev.satchel.batchexport.schema.migrate.Migration;
import dev.satchel.batchexport.terminal.Console;
import dev.satchel.keys.ApiKeys;
import dev.satchel.keys.Provider;
import dev.satchel.keys.Purpose;
import dev.satchel.keys.UserKeys;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.postgres.keys.CachedDataKey;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What sealing and opening cost, alone and in the vault. */
@Command(
        name = "keys",
        description = {
            "Measures keys sealed and opened per second with a cached data key, beside the JDK's bare AES-GCM,",
            "and keys set and used per second in the vault, beside bare statements on a row of the same width."
        })
final class KeysBench implements Callable<Integer> {

    private static final double AIM = 20_000;
    private static final int VAULT_THREADS = 4;
    private static final Purpose PURPOSE = new Purpose("bench");

    private static final String BARE_TABLE = """
            CREATE TABLE satchel.bench_row (id uuid PRIMARY KEY, key text);
            CREATE TABLE satchel.bench_log (at timestamptz DEFAULT clock_timestamp(), id uuid, purpose text);
            GRANT SELECT, UPDATE ON satchel.bench_row TO satchel_runtime;
            GRANT INSERT ON satchel.bench_log TO satchel_runtime;
            """;

    private final Console console;

    @Spec
    CommandSpec spec;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "11",
            description = "Pairs of measurements: ${DEFAULT-VALUE}.")
    int rounds;

    @Option(
            names = "--keys",
            paramLabel = "N",
            defaultValue = "20000",
            description = "Keys that each round seals, and opens: ${DEFAULT-VALUE}.")
    int keys;

    @Option(
            names = "--users",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Users in the vault: ${DEFAULT-VALUE}.")
    int users;

    @Option(
            names = "--transactions",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Keys that each round sets in the vault, and uses: ${DEFAULT-VALUE}.")
    int transactions;

    KeysBench(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws Exception {
        atLeastOne("--rounds", rounds);
        atLeastOne("--keys", keys);
        atLeastOne("--users", users);
        atLeastOne("--transactions", transactions);
        print(
                "Java %s, %d processors, load %.1f; a key of %d characters",
                Runtime.version().feature(),
                Runtime.getRuntime().availableProcessors(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                text(0).length());
        print("%d rounds after one to warm up, ours and the other in turns.", rounds);
        print("");
        boolean isRight = cached(1) & cached(2);
        print("");
        return vault() & isRight ? 0 : 1;
    }

    private boolean cached(int threads) throws Exception {
        CachedDataKey dataKey = new CachedDataKey();
        BareAesGcm bare = new BareAesGcm(dataKey.associatedData());
        String[] sealed = new String[keys];
        byte[][] encrypted = new byte[keys][];
        String[] texts = IntStream.range(0, keys).mapToObj(KeysBench::text).toArray(String[]::new);
        boolean[] wrong = {false};
        Comparison seal = Comparison.of(threads + " threads: seal", keys, "bare AES-GCM");
        Comparison open = Comparison.of(threads + " threads: open", keys, "bare AES-GCM");
        Comparison both = Comparison.of(threads + " threads: seal and open", keys, "bare AES-GCM");
        try (Threads pool = new Threads(threads)) {
            for (int round = 0; round <= rounds; round++) {
                long[] nanos = new long[4];
                pool.turns(
                        round,
                        nanos,
                        keys,
                        i -> encrypted[i] = bare.encrypt(texts[i].getBytes(StandardCharsets.US_ASCII)),
                        i -> sealed[i] = dataKey.seal(ApiKeys.of(texts[i])));
                long bareSeal = nanos[0];
                long ourSeal = nanos[1];
                pool.turns(
                        round,
                        nanos,
                        keys,
                        i -> wrong[0] |= bare.decrypt(encrypted[i]).length != texts[i].length(),
                        i -> wrong[0] |= !dataKey.open(sealed[i]).equals(texts[i]));
                if (round > 0) {
                    seal.add(bareSeal, ourSeal);
                    open.add(nanos[0], nanos[1]);
                    both.add(bareSeal + nanos[0], ourSeal + nanos[1]);
                }
            }
        }
        print("%s", seal);
        print("%s", open);
        print("%s  aim %,.0f/s: %s", both, AIM, both.perSecond() >= AIM ? "met" : "missed");
        if (wrong[0]) {
            print("WRONG: a key that was opened is not the one that was sealed");
        }
        return !wrong[0];
    }

    private boolean vault() throws Exception {
        Path folder = Files.createTempDirectory("satchel-bench");
        try (SampleDatabase database = SampleDatabase.createDurable();
                HikariDataSource owner = pool(database.ownerDataSource(), 1)) {
            new Migration(database.ownerDataSource()).migrate();
            database.ensureWorker();
            JdbcClient asOwner = JdbcClient.create(owner);
            asOwner.sql("""
                    INSERT INTO public.users (id, email)
                    SELECT gen_random_uuid(), n || '@example.org' FROM generate_series(1, :users) AS n
                    """).param("users", users).update();
            for (String statement : BARE_TABLE.split(";\\R")) {
                asOwner.sql(statement).update();
            }
            List<UUID> ids =
                    asOwner.sql("SELECT id FROM public.users").query(UUID.class).list();
            try (HikariDataSource worker = pool(database.workerDataSource(), VAULT_THREADS)) {
                return vault(asOwner, JdbcClient.create(worker), ids, userKeys(worker, folder));
            }
        } finally {
            delete(folder);
        }
    }

    private boolean vault(JdbcClient asOwner, JdbcClient asWorker, List<UUID> ids, UserKeys userKeys) throws Exception {
        boolean[] wrong = {false};
        Random random = new Random(1);
        Comparison set = Comparison.of(VAULT_THREADS + " threads: set in the vault", transactions, "bare UPDATE");
        Comparison use =
                Comparison.of(VAULT_THREADS + " threads: use from the vault", transactions, "bare INSERT and SELECT");
        try (Threads pool = new Threads(VAULT_THREADS)) {
            for (int i = 0; i < ids.size(); i++) {
                userKeys.set(new UserId(ids.get(i)), Provider.OPENAI, ApiKeys.of(text(i)));
            }
            asOwner.sql("INSERT INTO satchel.bench_row SELECT user_id, openai_api_key FROM public.user_api_keys")
                    .update();
            int[] whose = random.ints(transactions, 0, ids.size()).toArray();
            String width = asOwner.sql("SELECT min(key) FROM satchel.bench_row")
                    .query(String.class)
                    .single();
            for (int round = 0; round <= rounds; round++) {
                console.err().println(round == 0 ? "warming up" : "round " + round + " of " + rounds);
                long[] nanos = new long[2];
                pool.turns(
                        round,
                        nanos,
                        transactions,
                        i -> asWorker.sql("UPDATE satchel.bench_row SET key = :key WHERE id = :id")
                                .param("key", width)
                                .param("id", ids.get(whose[i]))
                                .update(),
                        i -> userKeys.set(new UserId(ids.get(whose[i])), Provider.OPENAI, ApiKeys.of(text(whose[i]))));
                if (round > 0) {
                    set.add(nanos[0], nanos[1]);
                }
                pool.turns(
                        round,
                        nanos,
                        transactions,
                        i -> asWorker.sql("""
                                WITH logged AS (
                                    INSERT INTO satchel.bench_log (id, purpose) VALUES (:id, 'bench')
                                )
                                SELECT key FROM satchel.bench_row WHERE id = :id
                                """)
                                .param("id", ids.get(whose[i]))
                                .query(String.class)
                                .single(),
                        i -> wrong[0] |= !userKeys.use(
                                        new UserId(ids.get(whose[i])), Provider.OPENAI, PURPOSE, ApiKeys::read)
                                .orElse("")
                                .equals(text(whose[i])));
                if (round > 0) {
                    use.add(nanos[0], nanos[1]);
                }
            }
        }
        print("%s", set);
        print("%s", use);
        print(wrong[0] ? "WRONG: a key that was used is not the one that was set" : "every key was what had been set");
        return !wrong[0];
    }

    private static UserKeys userKeys(HikariDataSource worker, Path folder) {
        return new UserKeys(
                new SatchelPostgres(worker).keyVault(FileKeyEncryptionKeys.create(folder.resolve("kek.json"))));
    }

    private static String text(int number) {
        return ApiKeys.text(Provider.OPENAI, String.format(Locale.ROOT, "%0130d", number));
    }

    private static HikariDataSource pool(DataSource dataSource, int connections) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(dataSource);
        config.setMaximumPoolSize(connections);
        return new HikariDataSource(config);
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    private void atLeastOne(String option, int value) {
        if (value < 1) {
            throw new ParameterException(spec.commandLine(), option + " must be at least 1, was " + value);
        }
    }

    private void print(String format, Object... values) {
        console.out().println(String.format(Locale.ROOT, format, values));
    }

    /** Does something so many times, shared out between threads. */
    private static final class Threads implements AutoCloseable {

        private final int threads;
        private final ExecutorService pool;

        Threads(int threads) {
            this.threads = threads;
            this.pool = Executors.newFixedThreadPool(threads);
        }

        /** Measures both, the second one first in every other round. */
        void turns(int round, long[] nanos, int times, IntConsumer first, IntConsumer second) throws Exception {
            if (round % 2 == 1) {
                nanos[1] = timed(times, second);
            }
            nanos[0] = timed(times, first);
            if (round % 2 == 0) {
                nanos[1] = timed(times, second);
            }
        }

        private long timed(int times, IntConsumer work) throws Exception {
            long started = System.nanoTime();
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int offset = thread;
                running.add(pool.submit(() -> {
                    for (int i = offset; i < times; i += threads) {
                        work.accept(i);
                    }
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
            return System.nanoTime() - started;
        }

        @Override
        public void close() {
            pool.shutdownNow();
        }
    }
}
