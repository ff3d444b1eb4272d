package dev.satchel.batchexport.settings;

import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.batchexport.observe.health.HealthSettings;
import dev.satchel.batchexport.run.ExportSettings;
import dev.satchel.batchexport.run.archive.ArchiveOptions;
import dev.satchel.batchexport.run.partition.PartitionSettings;
import dev.satchel.batchexport.serve.ServeSettings;
import dev.satchel.batchexport.store.s3.S3Options;
import dev.satchel.batchexport.terminal.LogLevel;
import dev.satchel.batchexport.terminal.NearestName;
import dev.satchel.batchexport.terminal.UsageException;
import dev.satchel.batchexport.terminal.log.LogFormat;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The names that settings have, and the refusal of all others: a misspelt setting would leave its default at work
 * unnoticed, and delete files after a week that were to stay for a month.
 */
public final class SettingNames {

    private static final String VARIABLE = "SATCHEL_";
    private static final String PROPERTY = "satchel.";

    /** The launcher says with it that standard error is a terminal. */
    private static final String OF_THE_LAUNCHER = "SATCHEL_TERMINAL";

    // Each setting is a component of one of these records: its name is the setting's, and its default stands with it.
    static final Map<String, Class<? extends Record>> DECLARED = Map.of(
            "satchel", ProgramSettings.class,
            "satchel.s3", S3Options.class,
            "satchel.export", ExportSettings.class,
            "satchel.partition", PartitionSettings.class,
            "satchel.csv", CsvOptions.class,
            "satchel.archive", ArchiveOptions.class,
            "satchel.health", HealthSettings.class,
            "satchel.serve", ServeSettings.class);

    // Where a service of Kubernetes is called satchel or satchel-something, each container gets these; and the tests
    // hand theirs on to what they start.
    private static final Pattern OF_OTHERS = Pattern.compile("SATCHEL_(\\w+_)?(SERVICE_(HOST|PORT(_\\w+)?)"
            + "|PORT(_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)|SATCHEL_TEST_\\w+");

    private static final SortedSet<String> PROPERTIES = propertiesOf(DECLARED);

    private static final SortedSet<String> VARIABLES = variablesOf(PROPERTIES);

    private SettingNames() {}

    private static SortedSet<String> propertiesOf(Map<String, Class<? extends Record>> declared) {
        SortedSet<String> names = new TreeSet<>();
        declared.forEach((prefix, settings) -> {
            for (RecordComponent setting : settings.getRecordComponents()) {
                names.add(prefix + "." + property(setting.getName()));
            }
        });
        return Collections.unmodifiableSortedSet(names);
    }

    private static SortedSet<String> variablesOf(SortedSet<String> properties) {
        SortedSet<String> names = new TreeSet<>(Set.of(OF_THE_LAUNCHER));
        properties.forEach(property -> names.add(variable(property)));
        return Collections.unmodifiableSortedSet(names);
    }

    /** The environment variables under Satchel's name. */
    static SortedSet<String> variables() {
        return VARIABLES;
    }

    /** The system properties, which are also how a setting is called in the program. */
    static SortedSet<String> properties() {
        return PROPERTIES;
    }

    /** The last part of a property: {@code path-style} for the component {@code pathStyle}. */
    static String property(String component) {
        return component.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    /** The environment variable of a property: {@code SATCHEL_S3_PATH_STYLE} for {@code satchel.s3.path-style}. */
    static String variable(String property) {
        return property.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT);
    }

    /** What is set, by property; a system property goes before an environment variable. */
    static Map<String, String> values(Map<String, String> variables, Map<String, String> systemProperties) {
        Map<String, String> bareProperties = new HashMap<>();
        systemProperties.forEach((name, text) -> bareProperties.put(bare(name), text));
        Map<String, String> values = new TreeMap<>();
        for (String property : properties()) {
            String value = bareProperties.getOrDefault(bare(property), variables.get(variable(property)));
            if (value != null) {
                values.put(property, value);
            }
        }
        return values;
    }

    /**
     * Refuses what is set and means nothing.
     *
     * @throws UsageException if a name is unknown, or the log's level or format is unknown
     */
    public static void check(Map<String, String> variables, Collection<String> properties) {
        for (String name : new TreeSet<>(variables.keySet())) {
            if (name.toUpperCase(Locale.ROOT).startsWith(VARIABLE)
                    && !variables().contains(name)
                    && !OF_OTHERS.matcher(name).matches()) {
                throw new UsageException(
                        "there is no setting " + name + remedy(name.toUpperCase(Locale.ROOT), variables()));
            }
        }
        for (String name : new TreeSet<>(properties)) {
            if (name.startsWith(PROPERTY) && !isProperty(name)) {
                throw new UsageException("there is no setting " + name + remedy(name, properties()));
            }
        }
        String level = variables.get(LogLevel.SETTING);
        if (!LogLevel.isKnown(level)) {
            throw new UsageException(LogLevel.SETTING + "='" + level + "' is malformed: expected " + LogLevel.EXPECTED);
        }
        String format = variables.get(LogFormat.SETTING);
        if (!LogFormat.isKnown(format)) {
            throw new UsageException(
                    LogFormat.SETTING + "='" + format + "' is malformed: expected " + LogFormat.EXPECTED);
        }
    }

    private static boolean isProperty(String name) {
        return properties().stream().anyMatch(property -> bare(property).equals(bare(name)));
    }

    // As Spring's binding compares them: stop-grace, stopGrace and stop_grace are one name.
    private static String bare(String property) {
        return property.replaceAll("[-_]", "").toLowerCase(Locale.ROOT);
    }

    private static String remedy(String name, SortedSet<String> known) {
        return NearestName.to(name, known)
                .map(nearest -> ": did you mean " + nearest + "?")
                .orElseGet(() -> known.stream().collect(Collectors.joining(", ", ": expected one of ", "")));
    }
}
