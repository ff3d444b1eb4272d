package dev.satchel.batchexport.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.profiles.ProfileFileSystemSetting;
import software.amazon.awssdk.utils.SystemSetting;

/** Settings as a process finds them. */
class SettingsIT {

    private static final String LEARNER = "11111111-1111-4111-8111-111111111111";

    @TempDir
    static Path folder;

    @AutoClose
    private static Installation satchel;

    @BeforeAll
    static void install() {
        satchel = Installation.in(folder.resolve("s3"));
        satchel.sql("INSERT INTO users (id, email) VALUES ('" + LEARNER + "', 'ana@example.org')");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " "})
    void emptyVariablesAndPropertiesCountAsUnsetAndHideNoProfile(String empty) throws Exception {
        Map<String, String> settings = new TreeMap<>();
        SettingNames.variables().forEach(name -> settings.put(name, empty));
        settings.put("JAVA_OPTS", empty);
        settings.keySet().removeAll(satchel.environment().keySet());
        variablesOfAws().forEach(name -> settings.put(name, empty));
        settings.put("AWS_SHARED_CREDENTIALS_FILE", profile().toString());
        List<String> properties = SettingNames.properties().stream()
                .map(name -> "-D" + name + "=" + empty)
                .toList();
        satchel.satchel("export", "request", "--user", LEARNER, "--type", "profile", "--format", "csv")
                .succeeded();

        Ended run = started(settings, properties, "export", "run");

        assertThat(run.output()).contains("delivered 1 (1 records").doesNotContain(" DEBUG ");
        assertThat(run.exit()).isZero();
        assertThat(satchel.value("SELECT expires_at - completed_at FROM export_history"))
                .isEqualTo("7 days");
        satchel.sql("DELETE FROM export_history");
    }

    @Test
    void emptyVariablesOfAwsAreNoCredentials() throws Exception {
        Map<String, String> settings = new TreeMap<>();
        variablesOfAws().forEach(name -> settings.put(name, ""));
        settings.put("AWS_EC2_METADATA_DISABLED", "true");
        settings.put("HOME", folder.toString());

        Ended run = started(settings, List.of("-Duser.home=" + folder), "export", "run");

        assertThat(run.output()).contains("no credentials").doesNotContain("unforeseen");
        assertThat(run.exit()).isEqualTo(1);
    }

    @Test
    void aMalformedVariableOfAwsIsAmongThoseNamed() throws Exception {
        Map<String, String> settings = new TreeMap<>(Map.of("AWS_MAX_ATTEMPTS", "many"));
        settings.put(
                "SATCHEL_KEK", "aws-kms:arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab");

        for (String[] command : new String[][] {{"cleanup"}, {"keys", "list", "--user", LEARNER}}) {
            Ended refused = started(settings, List.of(), command);

            assertThat(refused.output())
                    .startsWith(
                            "satchel: the SDK of AWS cannot read its settings: correct or unset what is malformed among ")
                    .contains("AWS_MAX_ATTEMPTS");
            assertThat(refused.exit()).isEqualTo(2);
        }
    }

    private static Path profile() throws IOException {
        String secret = satchel.s3().secretKey();
        return Files.writeString(
                folder.resolve("credentials"),
                "[default]\naws_access_key_id=" + satchel.s3().accessKey() + "\naws_secret_access_key=" + secret
                        + "\n");
    }

    /** All that the SDK reads, and what it makes of a service's name. */
    private static List<String> variablesOfAws() {
        return Stream.concat(
                        Stream.<SystemSetting[]>of(SdkSystemSetting.values(), ProfileFileSystemSetting.values())
                                .flatMap(Stream::of)
                                .map(SystemSetting::environmentVariable),
                        Stream.of(
                                "AWS_DEFAULT_REGION",
                                "AWS_ENDPOINT_URL",
                                "AWS_ENDPOINT_URL_S3",
                                "AWS_ENDPOINT_URL_KMS",
                                "AWS_ENDPOINT_URL_STS"))
                .filter(name -> name.startsWith("AWS_"))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"DATABASE_URL", "SATCHEL_STORE", "SATCHEL_KEK"})
    void anEmptyVariableThatIsNeededIsNotSet(String name) {
        Map<String, String> environment = satchel.environment();
        environment.put("SATCHEL_KEK", "");
        environment.put(name, "");

        Result result = Installation.satchel(
                environment,
                name.equals("SATCHEL_KEK") ? new String[] {"keys", "init"} : new String[] {"export", "run"});

        assertThat(result.err()).startsWith("satchel: " + name + " is not set: expected ");
        assertThat(result.exit()).isEqualTo(2);
    }

    // Where the bucket is in AWS, no endpoint tells the region.
    @Test
    void anEmptyRegionIsNotSet() {
        Map<String, String> environment = satchel.environment();
        environment.put("SATCHEL_S3_ENDPOINT", "");
        environment.put("AWS_REGION", "");

        Result result = Installation.satchel(environment, "export", "run");

        assertThat(result.err()).startsWith("satchel: AWS_REGION is not set: expected the region of the bucket");
        assertThat(result.exit()).isEqualTo(2);
    }

    @Test
    void anEmptyEndpointOfAwsIsNone() throws Exception {
        Map<String, String> settings = new TreeMap<>(Map.of("SATCHEL_S3_ENDPOINT", ""));
        for (String name : List.of("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_KMS")) {
            settings.put(name, "");
        }
        settings.put(
                "SATCHEL_KEK", "aws-kms:arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab");

        for (String[] command : new String[][] {{"cleanup"}, {"keys", "list", "--user", LEARNER}}) {
            assertThat(started(settings, List.of(), command).output()).doesNotContain("unforeseen");
        }
    }

    @Test
    void aMisspeltSettingStopsAWorkerBeforeItClaims() throws Exception {
        satchel.satchel("export", "request", "--user", LEARNER, "--type", "profile", "--format", "csv")
                .succeeded();

        Ended variable = started(Map.of("SATCHEL_EXPORT_RETENTON", "30d"), List.of(), "export", "run");
        Ended property = started(Map.of(), List.of("-Dsatchel.export.retenton=30d"), "export", "run");
        Ended level = started(Map.of("SATCHEL_LOG_LEVEL", "VERBOSE"), List.of(), "export", "run");

        assertThat(variable)
                .isEqualTo(new Ended(
                        2,
                        "satchel: there is no setting SATCHEL_EXPORT_RETENTON:"
                                + " did you mean SATCHEL_EXPORT_RETENTION?\n"));
        assertThat(property)
                .isEqualTo(new Ended(
                        2,
                        "satchel: there is no setting satchel.export.retenton:"
                                + " did you mean satchel.export.retention?\n"));
        assertThat(level.output()).startsWith("satchel: SATCHEL_LOG_LEVEL='VERBOSE' is malformed");
        assertThat(level.exit()).isEqualTo(2);
        assertThat(satchel.value("SELECT status FROM export_history")).isEqualTo("pending");
        satchel.sql("DELETE FROM export_history");
    }

    private record Ended(int exit, String output) {}

    private static Ended started(Map<String, String> settings, List<String> jvm, String... arguments)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "output", ".txt");
        int exit = Installation.ended(satchel.start(settings, jvm, output, arguments));
        return new Ended(exit, Files.readString(output));
    }
}
