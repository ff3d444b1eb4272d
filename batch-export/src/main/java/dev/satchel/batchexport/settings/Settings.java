package dev.satchel.batchexport.settings;

import dev.satchel.batchexport.database.Database;
import dev.satchel.batchexport.database.DatabaseUrl;
import dev.satchel.batchexport.format.StandardFileFormats;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.batchexport.observe.health.HealthSettings;
import dev.satchel.batchexport.run.ExportSettings;
import dev.satchel.batchexport.run.archive.ArchiveOptions;
import dev.satchel.batchexport.run.partition.PartitionSettings;
import dev.satchel.batchexport.serve.ServeSettings;
import dev.satchel.batchexport.store.NamedFileStore;
import dev.satchel.batchexport.store.StoreAddress;
import dev.satchel.batchexport.store.s3.S3Connection;
import dev.satchel.batchexport.store.s3.S3Options;
import dev.satchel.batchexport.terminal.UsageException;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.postgres.dataset.PostgresDatasets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The program's settings, from environment variables and system properties.
 *
 * <p>Each is declared once, as a component of a record with its default: {@link ProgramSettings}, {@link S3Options}, {@link
 * ExportSettings} or {@link CsvOptions}. From that follow the property ({@code satchel.s3.path-style}), the variable ({@code
 * SATCHEL_S3_PATH_STYLE}), what is bound, and what is refused as misspelt. Those of PostgreSQL and AWS keep their names.
 */
public final class Settings {

    private static final List<String> USERS_TABLES = List.of("public.users", "auth.users");

    private final Map<String, String> variables;
    private final Map<String, String> values;
    // Reading the files takes a noticeable part of a start.
    private @Nullable PostgresDatasets datasets;

    public Settings(Map<String, String> variables) {
        this.variables = withoutEmpty(variables);
        Properties properties = System.getProperties();
        this.values = SettingNames.values(
                this.variables,
                withoutEmpty(properties.stringPropertyNames().stream()
                        .collect(Collectors.toMap(name -> name, name -> properties.getProperty(name, "")))));
    }

    // An empty setting counts as unset: that is all a shell, a unit of systemd or a template can do to leave one out.
    private static Map<String, String> withoutEmpty(Map<String, String> settings) {
        return settings.entrySet().stream()
                .filter(setting -> !setting.getValue().isBlank())
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /**
     * The database that {@code DATABASE_URL} names.
     *
     * @throws UsageException if the URL is missing or malformed
     */
    public Database database() {
        return new Database(refused(() -> DatabaseUrl.of(variables)));
    }

    /**
     * The store that {@code SATCHEL_STORE} names, opened without I/O. The caller closes it, or the end of the process.
     *
     * @throws UsageException if the store is missing, malformed or not fully described
     */
    public NamedFileStore store() {
        String text = program().store();
        if (text == null) {
            throw new UsageException("SATCHEL_STORE is not set: " + StoreAddress.EXPECTED);
        }
        StoreAddress address;
        try {
            address = StoreAddress.parse(text);
        } catch (IllegalArgumentException malformed) {
            throw new UsageException("SATCHEL_STORE is malformed: " + malformed.getMessage());
        }
        return new NamedFileStore(refused(() -> address.open(this::s3)), address);
    }

    /** Whether a store is named, well or not. */
    public boolean hasStore() {
        return program().store() != null;
    }

    /** Whether it is said where the key-encryption key is kept, well or not. */
    public boolean hasKek() {
        return program().kek() != null;
    }

    /**
     * Where the key-encryption key is kept.
     *
     * @throws UsageException if the setting is missing or malformed
     */
    public KekAddress kekAddress() {
        return refused(() -> KekAddress.parse("SATCHEL_KEK", program().kek()));
    }

    /** What is set under the names of AWS. */
    AwsSettings aws() {
        return new AwsSettings(variables);
    }

    private ProgramSettings program() {
        return bound("satchel", ProgramSettings.class);
    }

    private S3Connection s3() {
        S3Options options = bound("satchel.s3", S3Options.class);
        return new S3Connection(options, aws().region(options.endpoint() != null), aws().credentials());
    }

    /**
     * The settings of runs and clean-ups.
     *
     * @throws UsageException if a value is out of range, naming the property
     */
    public ExportSettings exports() {
        ExportSettings exports = bound("satchel.export", ExportSettings.class);
        refused(() -> exports.settings(datasets()::catalogue));
        return exports;
    }

    /**
     * When several processes deliver one export together.
     *
     * @throws UsageException if a value is out of range, naming the property, or Kafka's properties cannot be used
     */
    public PartitionSettings partition() {
        PartitionSettings partition = bound("satchel.partition", PartitionSettings.class);
        refused(() -> {
            partition.requestChannel().checkSettings();
            return partition;
        });
        return partition;
    }

    /**
     * When {@code satchel serve} does what.
     *
     * @throws UsageException if an expression, the zone or the address is malformed, naming the setting
     */
    public ServeSettings serve() {
        return bound("satchel.serve", ServeSettings.class);
    }

    /**
     * When health turns red.
     *
     * @throws UsageException if a value is out of range, naming the setting
     */
    public HealthSettings health() {
        return bound("satchel.health", HealthSettings.class);
    }

    /**
     * The datasets that exports hold: the built-in ones, changed by the files that the setting names.
     *
     * @throws UsageException if a file cannot be read or breaks a rule of the format
     */
    public synchronized PostgresDatasets datasets() {
        PostgresDatasets read = datasets;
        if (read == null) {
            PostgresDatasets builtIn = PostgresDatasets.builtIn();
            String files = program().datasets();
            read = files == null ? builtIn : refused(() -> builtIn.with(Path.of(files)));
            datasets = read;
        }
        return read;
    }

    /**
     * The table that holds the application's users, where the database does not tell it alone.
     *
     * @throws UsageException if it is another than {@code public.users} or {@code auth.users}
     */
    public Optional<String> usersTable() {
        Optional<String> table = Optional.ofNullable(program().usersTable());
        if (table.isPresent() && !USERS_TABLES.contains(table.get())) {
            throw new UsageException("SATCHEL_USERS_TABLE must be one of " + String.join(", ", USERS_TABLES) + ", was '"
                    + table.get() + "'");
        }
        return table;
    }

    /** Satchel on that database, with the datasets of these settings. */
    public SatchelPostgres satchel(DataSource dataSource) {
        return new SatchelPostgres(dataSource, datasets());
    }

    /**
     * How files are written.
     *
     * @throws UsageException if a value is malformed, or the file of texts cannot be read or breaks a rule of its format
     */
    public StandardFileFormats formats() {
        ArchiveOptions archives = bound("satchel.archive", ArchiveOptions.class);
        return new StandardFileFormats(
                bound("satchel.csv", CsvOptions.class),
                refused(() -> archives.settings(datasets(), exports().retention())));
    }

    private <T extends Record> T bound(String prefix, Class<T> type) {
        return refused(() -> new RecordValues(values).bound(prefix, type));
    }

    // A setting is called as it was set: by the variable, or else by the property.
    private String asWritten(String message) {
        return SettingNames.properties().stream()
                .filter(property ->
                        message.startsWith(property + " ") && variables.containsKey(SettingNames.variable(property)))
                .findFirst()
                .map(property -> SettingNames.variable(property) + message.substring(property.length()))
                .orElse(message);
    }

    private <T> T refused(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (IllegalArgumentException malformed) {
            throw new UsageException(asWritten(String.valueOf(malformed.getMessage())));
        }
    }
}
