package dev.satchel.batchexport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.utils.internal.SystemSettingUtilsTestBackdoor;

/** However the SDK of AWS is told of an endpoint: nothing goes over plain http to another machine. */
class EndpointsIT {

    private static final String LEARNER = "11111111-1111-4111-8111-111111111111";
    private static final String ELSEWHERE = "http://192.0.2.1:9000";

    @TempDir
    static Path folder;

    @AutoClose
    private static Installation installation;

    @BeforeAll
    static void install() throws IOException {
        installation = Installation.in(folder.resolve("s3"));
        Files.writeString(folder.resolve("everything"), "[default]\nendpoint_url = " + ELSEWHERE + "\n");
        Files.writeString(
                folder.resolve("services"),
                "[default]\nservices = ours\n[services ours]\ns3 =\n  endpoint_url = " + ELSEWHERE
                        + "\nkms =\n  endpoint_url = " + ELSEWHERE + "\n");
    }

    static Stream<Arguments> waysToTell() {
        Map<String, String> none = Map.of();
        return Stream.of(
                Arguments.of(Map.of("AWS_ENDPOINT_URL_S3", ELSEWHERE, "AWS_ENDPOINT_URL_KMS", ELSEWHERE), none),
                Arguments.of(Map.of("AWS_ENDPOINT_URL", ELSEWHERE), none),
                Arguments.of(Map.of("AWS_ENDPOINT_URL", "HTTP://user:hunter2@192.0.2.1"), none),
                Arguments.of(Map.of("AWS_ENDPOINT_URL", "hunter2"), none),
                Arguments.of(none, Map.of("aws.endpointUrl", ELSEWHERE)),
                Arguments.of(none, Map.of("aws.endpointUrlS3", ELSEWHERE, "aws.endpointUrlKms", ELSEWHERE)),
                Arguments.of(Map.of("AWS_CONFIG_FILE", file("everything")), none),
                Arguments.of(Map.of("AWS_CONFIG_FILE", file("services")), none));
    }

    private static String file(String name) {
        return folder.resolve(name).toString();
    }

    @ParameterizedTest
    @MethodSource("waysToTell")
    void theStoreIsNotReachedInTheClear(Map<String, String> variables, Map<String, String> properties) {
        String said = refused(inThisProcess(variables, properties, "SATCHEL_S3_ENDPOINT", "", "export", "run"));

        assertThat(said).contains("AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, a system property or the AWS profile");
    }

    @ParameterizedTest
    @MethodSource("waysToTell")
    void kmsIsNotReachedInTheClear(Map<String, String> variables, Map<String, String> properties) {
        String said = refused(inThisProcess(
                variables,
                properties,
                "SATCHEL_KEK",
                "aws-kms:arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-4333-8444-555555555555",
                "keys",
                "list",
                "--user",
                LEARNER));

        assertThat(said).contains("AWS_ENDPOINT_URL");
    }

    /** The program reads its variables as this process is made to. */
    @Test
    void nothingIsReachedInTheClearByTheProgramItself() throws Exception {
        Path output = folder.resolve("output");

        int exit = Installation.ended(installation.start(
                Map.of("SATCHEL_S3_ENDPOINT", "", "AWS_ENDPOINT_URL_S3", ELSEWHERE),
                List.of(),
                output,
                "export",
                "run"));

        refused(new Result(exit, "", Files.readString(output)));
    }

    private static Result inThisProcess(
            Map<String, String> variables,
            Map<String, String> properties,
            String name,
            String value,
            String... command) {
        Map<String, String> environment = installation.environment();
        environment.put(name, value);
        environment.putAll(variables);
        variables.forEach(SystemSettingUtilsTestBackdoor::addEnvironmentVariableOverride);
        properties.forEach(System::setProperty);
        try {
            return Installation.satchel(environment, command);
        } finally {
            properties.keySet().forEach(System::clearProperty);
            SystemSettingUtilsTestBackdoor.clearEnvironmentVariableOverrides();
        }
    }

    private static String refused(Result result) {
        String said = result.out() + result.err();

        assertThat(said.lines()).as(said).hasSize(1);
        assertThat(said).startsWith("satchel: ").doesNotContain("hunter2", "unforeseen");
        assertThat(result.exit()).isEqualTo(2);
        return said;
    }
}
