package dev.satchel.batchexport.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.batchexport.documents.Documents;
import dev.satchel.batchexport.terminal.UsageException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Parameter;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.DefaultValue;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.profiles.ProfileFileSystemSetting;
import software.amazon.awssdk.utils.SystemSetting;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SettingNamesTest {

    @ParameterizedTest
    @CsvSource({
        "SATCHEL_STROE, there is no setting SATCHEL_STROE: did you mean SATCHEL_STORE?",
        "SATCHEL_EXPORT_RETENTON, there is no setting SATCHEL_EXPORT_RETENTON: did you mean SATCHEL_EXPORT_RETENTION?",
        "SATCHEL_RETENTION, there is no setting SATCHEL_RETENTION: expected one of SATCHEL_ARCHIVE_TEXTS",
        "SATCHEL_CSV_BOMB, there is no setting SATCHEL_CSV_BOMB: did you mean SATCHEL_CSV_BOM?",
        "SATCHEL_EXPORT_STOPGRACE, there is no setting SATCHEL_EXPORT_STOPGRACE: did you mean SATCHEL_EXPORT_STOP_GRACE?",
        "SATCHEL_S3_PATHSTYLE, there is no setting SATCHEL_S3_PATHSTYLE: did you mean SATCHEL_S3_PATH_STYLE?",
        "SATCHEL_LOGLEVEL, there is no setting SATCHEL_LOGLEVEL: did you mean SATCHEL_LOG_LEVEL?",
        "satchel_store, there is no setting satchel_store: did you mean SATCHEL_STORE?",
        "SATCHEL_, there is no setting SATCHEL_: expected one of SATCHEL_ARCHIVE_TEXTS"
    })
    void refusesAMisspeltVariableBeforeAnythingIsDone(String name, String sentence) {
        for (String command : List.of("export run", "cleanup", "migrate", "verify", "keys init", "types typescript")) {
            Result result = Installation.satchel(Map.of(name, "hunter2"), command.split(" "));

            assertThat(result.exit()).isEqualTo(2);
            assertThat(result.out()).isEmpty();
            assertThat(result.err()).startsWith("satchel: " + sentence).doesNotContain("hunter2");
            assertThat(result.err().lines()).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "satchel.export.retenton, did you mean satchel.export.retention?",
        "satchel.exprot.lease, did you mean satchel.export.lease?",
        "satchel.csv.boom, did you mean satchel.csv.bom?",
        "satchel.stroe, did you mean satchel.store?",
        "satchel.s3.path-stile, did you mean satchel.s3.path-style?",
        "satchel.colour, expected one of satchel.archive.texts"
    })
    void refusesAMisspeltProperty(String name, String remedy) {
        assertThatThrownBy(() -> SettingNames.check(Map.of(), Set.of(name)))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("there is no setting " + name + ": " + remedy);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SATCHEL_EXPORT_STOP_GRACE",
                "SATCHEL_TERMINAL",
                "SATCHEL_TEST_DATABASE_URL",
                "SATCHEL_SERVICE_HOST",
                "SATCHEL_SERVICE_PORT",
                "SATCHEL_SERVICE_PORT_HTTP",
                "SATCHEL_PORT",
                "SATCHEL_PORT_8080_TCP_ADDR",
                "SATCHEL_WEB_SERVICE_HOST",
                "SATCHELS",
                "MY_SATCHEL_STORE"
            })
    void knowsEachSettingAndLeavesWhatOthersSetAlone(String name) {
        assertThatCode(() -> SettingNames.check(Map.of(name, "x"), Set.of())).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "satchel.export.stop-grace",
                "satchel.export.stopGrace",
                "satchel.export.stop_grace",
                "satchel.csv.bom",
                "satchels.x",
                "user.home"
            })
    void knowsThePropertiesAsSpringReadsThem(String name) {
        assertThatCode(() -> SettingNames.check(Map.of(), Set.of(name))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"VERBOSE", "DEBUGG", "1", "info,debug"})
    void refusesALogLevelThatIsNone(String level) {
        Result result = Installation.satchel(Map.of("SATCHEL_LOG_LEVEL", level), "export", "list");

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.err().strip())
                .isEqualTo("satchel: SATCHEL_LOG_LEVEL='" + level
                        + "' is malformed: expected TRACE, DEBUG, INFO, WARN, ERROR or OFF");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "info", "INFO", "Debug", "trace", "OFF"})
    void takesALogLevelInCapitalsOrNot(String level) {
        assertThatCode(() -> SettingNames.check(Map.of("SATCHEL_LOG_LEVEL", level), Set.of()))
                .doesNotThrowAnyException();
    }

    @Test
    void areThoseOfTheSettingsTable() {
        Set<String> documented = new TreeSet<>();
        Documents.table("docs/operations.md", "Settings").stream()
                .filter(row -> row.get(0).startsWith("`SATCHEL_"))
                .forEach(row -> documented.addAll(Documents.codeIn(row.get(0))));

        documented.add("SATCHEL_TERMINAL");
        assertThat(SettingNames.variables()).isEqualTo(documented);
    }

    @Test
    void ofAwsAreThoseOfTheSettingsTable() {
        Set<String> documented = new TreeSet<>();
        Documents.table("docs/operations.md", "Settings").stream()
                .flatMap(row -> Documents.codeIn(row.get(0)).stream())
                .filter(name -> name.startsWith("AWS_"))
                .forEach(documented::add);

        assertThat(documented).isEqualTo(new TreeSet<>(AwsSettings.VARIABLES));
    }

    /** In every document and every file that is shipped beside the program. */
    @Test
    void existWhereverTheyAreNamed() throws IOException {
        Set<String> ofTheSdk = Stream.<SystemSetting[]>of(SdkSystemSetting.values(), ProfileFileSystemSetting.values())
                .flatMap(Stream::of)
                .map(SystemSetting::environmentVariable)
                .collect(Collectors.toSet());
        Map<String, String> texts = new TreeMap<>();
        for (String document : Documents.all()) {
            texts.put(document, Documents.text(document));
        }
        try (Stream<Path> files = Files.walk(Path.of("src/distribution"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                texts.put(file.toString(), Files.readString(file));
            }
        }

        assertThat(texts).hasSizeGreaterThan(40);
        texts.forEach((file, text) -> assertThat(Pattern.compile("\\b(SATCHEL|AWS)_\\w*[A-Z0-9](?![\\w…])")
                        .matcher(text)
                        .results()
                        .map(name -> name.group()))
                .as(file)
                .allMatch(name -> SettingNames.variables().contains(name)
                        || AwsSettings.VARIABLES.contains(name)
                        || ofTheSdk.contains(name)
                        || name.startsWith("AWS_ENDPOINT_URL")
                        || name.startsWith("SATCHEL_TEST_")));
    }

    @Test
    void haveTheDefaultsOfTheSettingsTable() {
        Map<String, String> defaults = new TreeMap<>();
        Documents.table("docs/operations.md", "Settings").forEach(row -> defaults.put(row.get(0), row.get(1)));

        SettingNames.DECLARED.forEach((prefix, settings) -> {
            for (Parameter setting : settings.getDeclaredConstructors()[0].getParameters()) {
                DefaultValue value = setting.getAnnotation(DefaultValue.class);
                if (value != null) {
                    assertThat(defaults)
                            .containsEntry(
                                    "`" + SettingNames.variable(prefix + "." + SettingNames.property(setting.getName()))
                                            + "`",
                                    value.value()[0].isEmpty() ? "none" : "`" + value.value()[0] + "`");
                }
            }
        });
    }

    /** What editors show, and what a service may set: the program's settings, and those that the library's page lists. */
    @Test
    void arePropertiesOfServicesToo() throws IOException {
        Map<String, JsonNode> properties = propertiesOfServices();
        Map<String, String> own = new TreeMap<>();
        Documents.table("docs/library.md", "Properties")
                .forEach(row -> own.put(
                        Documents.codeIn(row.get(0)).get(0),
                        // Some defaults are words: where the value comes from.
                        String.join("", Documents.codeIn(row.get(1)))));
        Set<String> expected = new TreeSet<>(SettingNames.properties());
        expected.removeAll(Set.of("satchel.users-table", "satchel.log-level", "satchel.log-format"));
        expected.removeIf(name -> name.startsWith("satchel.serve.") || name.startsWith("satchel.partition."));
        expected.addAll(own.keySet());

        assertThat(properties.keySet()).isEqualTo(expected);
        assertThat(properties.values())
                .allSatisfy(property -> assertThat(property.path("description").asString())
                        .isNotBlank()
                        .doesNotContain("{@", "null"));
        own.forEach((name, value) -> assertThat(
                        properties.get(name).path("defaultValue").asString())
                .as(name)
                .isEqualTo(value));
    }

    private static Map<String, JsonNode> propertiesOfServices() throws IOException {
        Map<String, JsonNode> properties = new TreeMap<>();
        for (URL file : Collections.list(
                SettingNames.class.getClassLoader().getResources("META-INF/spring-configuration-metadata.json"))) {
            try (InputStream text = file.openStream()) {
                JsonMapper.shared()
                        .readTree(text)
                        .path("properties")
                        .valueStream()
                        .filter(property -> property.path("name").asString().startsWith("satchel."))
                        .forEach(
                                property -> properties.put(property.path("name").asString(), property));
            }
        }
        return properties;
    }

    @ParameterizedTest
    @CsvSource({
        "satchel.store, satchel.store",
        "satchel.s3.path-style, satchel.s3.pathStyle",
        "satchel.export.stop-grace, satchel.export.stop_grace"
    })
    void takeThePropertyBeforeTheVariable(String property, String written) {
        assertThat(SettingNames.values(Map.of(SettingNames.variable(property), "of the variable"), Map.of()))
                .isEqualTo(Map.of(property, "of the variable"));
        assertThat(SettingNames.values(
                        Map.of(SettingNames.variable(property), "of the variable"), Map.of(written, "of the property")))
                .isEqualTo(Map.of(property, "of the property"));
    }
}
