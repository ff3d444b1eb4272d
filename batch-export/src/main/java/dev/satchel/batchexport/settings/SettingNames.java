package dev.satchel.batchexport.settings;

import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.batchexport.run.ExportSettings;
import dev.satchel.batchexport.terminal.LogLevel;
import dev.satchel.batchexport.terminal.UsageException;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
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

    private static final Set<String> VARIABLES_ALONE = Set.of(
            "SATCHEL_STORE",
            "SATCHEL_DATASETS",
            "SATCHEL_USERS_TABLE",
            "SATCHEL_KEK",
            "SATCHEL_S3_ENDPOINT",
            "SATCHEL_S3_PUBLIC_ENDPOINT",
            "SATCHEL_S3_READ_BACK",
            "SATCHEL_S3_PATH_STYLE",
            "SATCHEL_S3_CHECKSUMS",
            "SATCHEL_S3_CONDITIONAL_WRITES",
            "SATCHEL_LOG_LEVEL",
            // The launcher says with it that standard error is a terminal.
            "SATCHEL_TERMINAL");

    private static final Map<String, Class<? extends Record>> PROPERTIES =
            Map.of("satchel.export", ExportSettings.class, "satchel.csv", CsvOptions.class);

    // Where a service of Kubernetes is called satchel or satchel-something, each container gets these; and the tests
    // hand theirs on to what they start.
    private static final Pattern OF_OTHERS = Pattern.compile("SATCHEL_(\\w+_)?(SERVICE_(HOST|PORT(_\\w+)?)"
            + "|PORT(_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)|SATCHEL_TEST_\\w+");

    private SettingNames() {}

    /** The environment variables under Satchel's name, each in the spelling of the README's table. */
    static SortedSet<String> variables() {
        SortedSet<String> names = new TreeSet<>(VARIABLES_ALONE);
        properties().forEach(name -> names.add(variable(name.replace("-", ""))));
        return names;
    }

    /** The system properties. */
    static SortedSet<String> properties() {
        SortedSet<String> names = new TreeSet<>();
        PROPERTIES.forEach((prefix, settings) -> {
            for (RecordComponent setting : settings.getRecordComponents()) {
                names.add(prefix + "."
                        + setting.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT));
            }
        });
        return names;
    }

    /**
     * Refuses what is set and means nothing.
     *
     * @throws UsageException if a name is unknown, or the log level is none
     */
    public static void check(Map<String, String> variables, Collection<String> properties) {
        for (String name : new TreeSet<>(variables.keySet())) {
            if (name.toUpperCase(Locale.ROOT).startsWith(VARIABLE)
                    && !isVariable(name)
                    && !OF_OTHERS.matcher(name).matches()) {
                throw new UsageException(
                        "there is no setting " + name + remedy(name.toUpperCase(Locale.ROOT), variables()));
            }
        }
        for (String name : new TreeSet<>(properties)) {
            if (name.startsWith(PROPERTY) && !isProperty(name)) {
                throw new UsageException("there is no setting " + name
                        + (VARIABLES_ALONE.contains(variable(name))
                                ? ": set the environment variable " + variable(name)
                                : remedy(name, properties())));
            }
        }
        String level = variables.get(LogLevel.SETTING);
        if (!LogLevel.isKnown(level)) {
            throw new UsageException(LogLevel.SETTING + "='" + level + "' is malformed: expected " + LogLevel.EXPECTED);
        }
    }

    // Both spellings of a name of several words are understood: SATCHEL_EXPORT_STOPGRACE and SATCHEL_EXPORT_STOP_GRACE.
    private static boolean isVariable(String name) {
        return VARIABLES_ALONE.contains(name)
                || properties().stream()
                        .anyMatch(property -> variable(property).equals(name)
                                || variable(property.replace("-", "")).equals(name));
    }

    private static boolean isProperty(String name) {
        return properties().stream().anyMatch(property -> bare(property).equals(bare(name)));
    }

    // As Spring's binding compares them: stop-grace, stopGrace and stop_grace are one name.
    private static String bare(String property) {
        return property.replaceAll("[-_]", "").toLowerCase(Locale.ROOT);
    }

    private static String variable(String property) {
        return property.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT);
    }

    private static String remedy(String name, SortedSet<String> known) {
        return known.stream()
                .filter(each -> distance(name, each) <= Math.max(2, name.length() / 4))
                .min(Comparator.comparingInt(each -> distance(name, each)))
                .map(nearest -> ": did you mean " + nearest + "?")
                .orElseGet(() -> known.stream().collect(Collectors.joining(", ", ": expected one of ", "")));
    }

    /** How many letters to insert, delete or replace to get from one word to the other (Levenshtein). */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int column = 0; column <= other.length(); column++) {
            row[column] = column;
        }
        for (int line = 1; line <= one.length(); line++) {
            int diagonal = row[0];
            row[0] = line;
            for (int column = 1; column <= other.length(); column++) {
                int replaced = diagonal + (one.charAt(line - 1) == other.charAt(column - 1) ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.min(replaced, 1 + Math.min(row[column], row[column - 1]));
            }
        }
        return row[other.length()];
    }
}
