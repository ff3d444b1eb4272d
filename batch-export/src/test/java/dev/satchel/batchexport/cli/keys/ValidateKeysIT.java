package dev.satchel.batchexport.cli.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.provider.ProviderServers;
import dev.satchel.provider.ProviderServers.Reply;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes of their own that reach the providers as behind a company's proxy, which leads to this machine. */
class ValidateKeysIT {

    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";
    private static final String OPENAI = "sk-proj-CanaryOfOpenAi-0123456789abcdefWXYZ";
    private static final String ANTHROPIC = "sk-ant-api03-CanaryOfAnthropic-0123456789_abcd";
    private static final String UNSPLASH = "CanaryOfUnsplash-0123456789_abcdefghijklmn";

    @TempDir
    static Path folder;

    @AutoClose
    private static Installation installation;

    @AutoClose
    private static ProviderServers servers;

    private int processes;

    @BeforeAll
    static void open() {
        installation = Installation.withLearnersIn(folder.resolve("s3"));
        servers = ProviderServers.in(folder);
        satchel("keys", "init").succeeded();
    }

    @BeforeEach
    void setKeys() {
        set("openai", OPENAI);
        set("anthropic", ANTHROPIC);
        set("unsplash", UNSPLASH);
        servers.answer(question -> switch (question.host()) {
            case "api.openai.com" -> Reply.of(401, "{\"error\":{\"code\":\"invalid_api_key\"}}");
            case "api.anthropic.com" -> Reply.of(529, "{}");
            default -> Reply.of(200, "[]");
        });
    }

    @Test
    void asksAboutAUsersKeysAndRecordsWhatIsProved() throws Exception {
        assertThat(validate("--user", LEARNER).succeeded()).isEqualTo("""
                        openai     invalid: OpenAI does not know the key, or no longer
                        anthropic  unknown: Anthropic failed with status 529
                        unsplash   valid""");

        assertThat(satchel("keys", "list", "--user", LEARNER)
                        .succeeded()
                        .lines()
                        .map(line -> line.substring(26, 33)))
                .containsExactly("invalid", "unknown", "valid  ");
        assertThat(active()).isEqualTo("t");
        assertThat(servers.asked()).hasSize(3);
    }

    @Test
    void asksOneProviderAlone() throws Exception {
        assertThat(validate("--user", LEARNER, "--provider", "unsplash").succeeded())
                .isEqualTo("unsplash   valid");

        assertThat(servers.asked())
                .singleElement()
                .satisfies(asked -> assertThat(asked.header("Authorization")).isEqualTo("Client-ID " + UNSPLASH));
    }

    @Test
    void theScheduleAsksOnceADayAndTakesAKeyOutOfUseThatIsProvenInvalid() throws Exception {
        satchel("keys", "remove", "--user", LEARNER, "--provider", "anthropic").succeeded();
        satchel("keys", "remove", "--user", LEARNER, "--provider", "unsplash").succeeded();

        assertThat(validate("--due").succeeded()).isEqualTo("0 valid, 1 invalid, 0 unknown, 0 not opened");
        assertThat(validate("--due").succeeded()).isEqualTo("0 valid, 0 invalid, 0 unknown, 0 not opened");

        assertThat(servers.asked()).hasSize(1);
        assertThat(active()).isEqualTo("f");
        set("openai", OPENAI);
        assertThat(active()).isEqualTo("t");
    }

    @Test
    void aProxyThatWantsALoginEndsNoRoundAndProvesNothing() throws Exception {
        servers.refuseTunnels("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");

        assertThat(validate("--due").succeeded()).isEqualTo("0 valid, 0 invalid, 3 unknown, 0 not opened");
        assertThat(validate("--user", LEARNER, "--provider", "openai").succeeded())
                .isEqualTo("openai     unknown: OpenAI could not be reached: a proxy on the way wants a user name and a"
                        + " password");

        assertThat(active()).isEqualTo("t");
        assertThat(servers.asked()).isEmpty();
    }

    @Test
    void aKeyThatCannotBeOpenedIsReportedAndEndsWithOne() throws Exception {
        installation.sql("UPDATE satchel.data_key SET wrapped = decode(repeat('00', 60), 'hex')");

        Result result = validate("--user", LEARNER);

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.out().lines()).hasSize(3).allMatch(line -> line.contains("cannot be opened: "));
        assertThat(servers.asked()).isEmpty();
        satchel("keys", "remove", "--user", LEARNER).succeeded();
    }

    @Test
    void refusesToAskWhereTheJvmWouldPrintWhatItSends() throws Exception {
        Result result = validateWith(List.of("-Djdk.httpclient.HttpClient.log=headers"), "--user", LEARNER);

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.out()).contains("jdk.httpclient.HttpClient.log").contains("take it away");
        assertThat(servers.asked()).isEmpty();
    }

    @Test
    void whoIsToBeAskedAboutMustBeSaid() {
        assertThat(satchel("keys", "validate").exit()).isEqualTo(2);
        assertThat(satchel("keys", "validate", "--due", "--user", LEARNER).exit())
                .isEqualTo(2);
        assertThat(satchel("keys", "validate", "--due", "--provider", "openai").err())
                .contains("--provider goes with --user");
    }

    private static String active() {
        return installation.value("SELECT is_active FROM public.user_api_keys WHERE user_id = '" + LEARNER + "'");
    }

    private static void set(String provider, String key) {
        Installation.satchel(
                        environment(),
                        new ByteArrayInputStream(key.getBytes(StandardCharsets.US_ASCII)),
                        "keys",
                        "set",
                        "--user",
                        LEARNER,
                        "--provider",
                        provider)
                .succeeded();
    }

    private static Result satchel(String... arguments) {
        return Installation.satchel(environment(), arguments);
    }

    private static Map<String, String> environment() {
        Map<String, String> environment = installation.environment();
        environment.put("SATCHEL_KEK", "file:" + folder.resolve("kek.json"));
        return environment;
    }

    private Result validate(String... arguments) throws Exception {
        return validateWith(List.of(), arguments);
    }

    private Result validateWith(List<String> jvm, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(jvm);
        all.add("-Dhttps.proxyHost=127.0.0.1");
        all.add("-Dhttps.proxyPort=" + servers.proxyPort());
        all.add("-Djavax.net.ssl.trustStore=" + servers.trustStore());
        all.add("-Djavax.net.ssl.trustStorePassword=" + servers.trustStorePassword());
        List<String> command = new ArrayList<>(List.of("keys", "validate"));
        command.addAll(List.of(arguments));
        Path output = folder.resolve("output-" + processes++ + "-" + System.nanoTime());
        Process process = installation.start(environment(), all, output, command.toArray(String[]::new));
        int exit = Installation.ended(process);
        String said = Files.readString(output).strip();
        assertThat(said).doesNotContain("Canary");
        return new Result(exit, said, "");
    }
}
