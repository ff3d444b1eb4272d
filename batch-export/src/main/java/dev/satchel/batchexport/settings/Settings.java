package dev.satchel.batchexport.settings;

import dev.satchel.Endpoint;
import dev.satchel.batchexport.database.Database;
import dev.satchel.batchexport.database.DatabaseUrl;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.batchexport.run.ExportSettings;
import dev.satchel.batchexport.store.NamedFileStore;
import dev.satchel.batchexport.store.StoreAddress;
import dev.satchel.batchexport.store.s3.S3Connection;
import dev.satchel.batchexport.terminal.UsageException;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.store.FileStore;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

/**
 * The program's settings, from environment variables and system properties: {@code DATABASE_URL}, {@code
 * SATCHEL_STORE} and its companions, and everything under {@code satchel.}, which as an environment variable is written
 * in capitals with underscores ({@code SATCHEL_EXPORT_RETENTION}).
 */
public final class Settings {

    private static final List<String> USERS_TABLES = List.of("public.users", "auth.users");

    private static final Pattern REGION = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private final Map<String, String> variables;
    private final ConfigurableEnvironment environment;

    public Settings(Map<String, String> variables) {
        this.variables = withoutEmpty(variables);
        this.environment = new StandardEnvironment();
        MutablePropertySources sources = this.environment.getPropertySources();
        sources.replace(
                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                new SystemEnvironmentPropertySource(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, new HashMap<>(this.variables)));
        Properties properties = System.getProperties();
        Map<String, String> texts = properties.stringPropertyNames().stream()
                .collect(Collectors.toMap(name -> name, name -> properties.getProperty(name, "")));
        sources.replace(
                StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME,
                new MapPropertySource(
                        StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME,
                        new HashMap<>(withoutEmpty(texts))));
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
     * The store that {@code SATCHEL_STORE} names, opened without I/O.
     *
     * @throws UsageException if the store is missing, malformed or not fully described
     */
    public FileStore store() {
        String text = variables.get("SATCHEL_STORE");
        if (text == null || text.isBlank()) {
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

    /**
     * Where the key-encryption key is kept.
     *
     * @throws UsageException if the setting is missing or malformed
     */
    public KekAddress kekAddress() {
        return refused(() -> KekAddress.parse(variables.get("SATCHEL_KEK")));
    }

    private S3Connection s3() {
        URI endpoint = endpoint("SATCHEL_S3_ENDPOINT");
        // Services other than AWS seldom have a host name per bucket, and some refuse checksums they do not know.
        boolean pathStyle = oneOf("SATCHEL_S3_PATH_STYLE", endpoint == null ? "false" : "true", "true", "false");
        boolean checksums = !oneOf("SATCHEL_S3_CHECKSUMS", "when-required", "when-required", "when-supported");
        boolean conditional = oneOf("SATCHEL_S3_CONDITIONAL_WRITES", "true", "true", "false");
        boolean readBack = oneOf("SATCHEL_S3_READ_BACK", "when-needed", "always", "when-needed");
        return new S3Connection(
                endpoint,
                endpoint("SATCHEL_S3_PUBLIC_ENDPOINT"),
                region(endpoint),
                pathStyle,
                checksums,
                conditional,
                readBack,
                credentials());
    }

    private String region(@Nullable URI endpoint) {
        for (String name : new String[] {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
            String region = variables.get(name);
            if (region != null) {
                // It becomes a part of a host's name, and of every signature.
                if (!REGION.matcher(region).matches()) {
                    throw new UsageException(
                            name + " is malformed: expected the region of the bucket, such as" + " eu-central-1");
                }
                return region;
            }
        }
        if (endpoint != null) {
            return "us-east-1";
        }
        try {
            return DefaultAwsRegionProviderChain.builder().build().getRegion().id();
        } catch (SdkClientException unknown) {
            throw new UsageException("AWS_REGION is not set: expected the region of the bucket, such as eu-central-1");
        }
    }

    /** Who to be for AWS; as in the SDK, what is not set here is looked for in files and roles. */
    AwsCredentialsProvider credentials() {
        String key = visible("AWS_ACCESS_KEY_ID");
        String secret = visible("AWS_SECRET_ACCESS_KEY");
        String token = visible("AWS_SESSION_TOKEN");
        if (key == null || secret == null) {
            return DefaultCredentialsProvider.builder().build();
        }
        return StaticCredentialsProvider.create(
                token == null
                        ? AwsBasicCredentials.create(key, secret)
                        : AwsSessionCredentials.create(key, secret, token));
    }

    // Behind a line break Java's HTTP client refuses the header that holds the token, and prints it.
    private @Nullable String visible(String name) {
        String value = variables.get(name);
        if (value != null && !value.codePoints().allMatch(point -> point > ' ' && point < 0x7F)) {
            throw new UsageException(
                    name + " is malformed: it holds a space, a line break or another character that no key has");
        }
        return value;
    }

    /** Whether the setting has the first of the two values allowed. */
    private boolean oneOf(String name, String otherwise, String first, String second) {
        String value = variables.getOrDefault(name, otherwise);
        if (!value.equals(first) && !value.equals(second)) {
            throw new UsageException(name + " is malformed: expected " + first + " or " + second);
        }
        return value.equals(first);
    }

    /**
     * The address of a service that the setting names; null without one.
     *
     * @throws UsageException if it is malformed, or secrets must not be sent there
     */
    @Nullable
    URI endpoint(String name) {
        String text = variables.get(name);
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return Endpoint.parse(text).uri();
        } catch (IllegalArgumentException refused) {
            throw new UsageException(name + " is refused: " + refused.getMessage());
        }
    }

    /**
     * The settings of runs and clean-ups.
     *
     * @throws UsageException if a value is out of range, naming the property
     */
    public ExportSettings exports() {
        ExportSettings exports = bound("satchel.export", ExportSettings.class);
        refused(() -> exports.settings(datasets().catalogue()));
        return exports;
    }

    /**
     * The datasets that exports hold: the built-in ones, changed by the files that the setting names.
     *
     * @throws UsageException if a file cannot be read or breaks a rule of the format
     */
    public PostgresDatasets datasets() {
        PostgresDatasets builtIn = PostgresDatasets.builtIn();
        String files = variables.get("SATCHEL_DATASETS");
        return files == null ? builtIn : refused(() -> builtIn.with(Path.of(files)));
    }

    /**
     * The table that holds the application's users, where the database does not tell it alone.
     *
     * @throws UsageException if it is another than {@code public.users} or {@code auth.users}
     */
    public Optional<String> usersTable() {
        Optional<String> table = Optional.ofNullable(variables.get("SATCHEL_USERS_TABLE"));
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
     * How CSV is written.
     *
     * @throws UsageException if a value is neither true nor false
     */
    public CsvOptions csv() {
        return bound("satchel.csv", CsvOptions.class);
    }

    private <T> T bound(String prefix, Class<T> type) {
        try {
            return Binder.get(environment).bindOrCreate(prefix, type);
        } catch (BindException malformed) {
            throw new UsageException(explanation(malformed));
        }
    }

    // A value of the wrong type is wrapped around what was being bound, a value out of range around our own refusal. A
    // text is never repeated: it may be a secret that was set under the wrong name.
    private static String explanation(BindException malformed) {
        Throwable cause = malformed;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        if (cause.getMessage() != null && cause.getMessage().startsWith("satchel.")) {
            return cause.getMessage();
        }
        return malformed.getName() + " is malformed: expected "
                + expected(malformed.getTarget().getType().resolve(Object.class));
    }

    private static String expected(Class<?> type) {
        if (type == Duration.class) {
            return "a time such as 60s, 24h or 7d";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        return "a whole number";
    }

    private static <T> T refused(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (IllegalArgumentException malformed) {
            throw new UsageException(malformed.getMessage());
        }
    }
}
