package dev.satchel.batchexport.cli.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.kms.KmsServer;
import dev.satchel.kms.KmsServer.Fault;
import dev.satchel.migrations.SampleDatabase;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The vault as an operator meets it whose key-encryption key is in AWS KMS. */
class KmsKeysIT {

    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";
    private static final String OPENAI = "sk-proj-CanaryCanaryCanary0123456789abcdWXYZ";

    // What AWS_ENDPOINT_URL_KMS is to a process, this is inside one.
    private static final String ENDPOINT = "aws.endpointUrlKms";

    private final KmsServer kms = KmsServer.start();
    private final String arn = kms.addKey();
    private SampleDatabase database;
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void open() {
        database = SampleDatabase.createWithLearners();
        System.setProperty(ENDPOINT, kms.endpoint().toString());
        environment.put("DATABASE_URL", database.workerUrl());
        environment.put("SATCHEL_KEK", "aws-kms:" + arn);
        environment.put("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
        environment.put("AWS_SECRET_ACCESS_KEY", "SecretOfTheTest");
    }

    @AfterEach
    void close() {
        System.clearProperty(ENDPOINT);
        database.close();
        kms.close();
    }

    @Test
    void thereIsNothingToMake() {
        assertThat(satchel("keys", "init").succeeded())
                .isEqualTo("there is nothing to make: the key is made and kept in AWS KMS");
        assertThat(kms.calls("DescribeKey")).isZero();
    }

    @Test
    void setsAndListsAndFollowsARotationInKms() throws SQLException {
        set().succeeded();
        String before = "aws-kms:" + arn + "#" + kms.currentMaterial(arn);

        assertThat(satchel("keys", "list", "--user", LEARNER).succeeded()).contains("openai     sk-proj…WXYZ");
        assertThat(satchel("keys", "rotate").succeeded().lines())
                .containsExactly("re-wrapped 0 data keys", before + " wraps 1 data keys (primary)");

        String after = "aws-kms:" + arn + "#" + kms.rotate(arn);

        assertThat(satchel("keys", "list", "--user", LEARNER).succeeded()).contains("openai     sk-proj…WXYZ");
        assertThat(satchel("keys", "rotate", "--dry-run").succeeded().lines())
                .containsExactlyInAnyOrder(before + " wraps 1 data keys", after + " wraps 0 data keys (primary)");
        assertThat(satchel("keys", "rotate").succeeded().lines())
                .containsExactly("re-wrapped 1 data keys", after + " wraps 1 data keys (primary)");
        assertThat(value("SELECT kek_id FROM satchel.data_key")).isEqualTo(after);
        assertThat(KmsServer.materialOf(bytes("SELECT wrapped FROM satchel.data_key")))
                .isEqualTo(kms.currentMaterial(arn));
        assertThat(satchel("keys", "list", "--user", LEARNER).succeeded()).contains("openai     sk-proj…WXYZ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rotate", "rotate --resume"})
    void refusesAnotherKeyOfKmsThanTheDatabaseKnows(String call) throws SQLException {
        set().succeeded();
        String before = value("SELECT kek_id || ' ' || encode(wrapped, 'hex') FROM satchel.data_key");
        environment.put("SATCHEL_KEK", "aws-kms:" + kms.addKey());

        for (Result refused : new Result[] {set(), satchel(("keys " + call).split(" "))}) {
            assertThat(refused.exit()).isEqualTo(1);
            assertThat(refused.err().lines())
                    .containsExactly("satchel: the given key-encryption keys are not those of this database, whose data"
                            + " keys are wrapped by aws-kms:" + arn + "#" + kms.currentMaterial(arn)
                            + ": give those, or name the database that the given ones belong to; nothing was changed");
            assertThat(refused.out()).isEmpty();
        }

        assertThat(value("SELECT kek_id || ' ' || encode(wrapped, 'hex') FROM satchel.data_key"))
                .isEqualTo(before);
    }

    @Test
    void retiresNothing() {
        Result refused = satchel("keys", "rotate", "--retire");

        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.err())
                .isEqualToIgnoringNewLines("satchel: --retire takes keys out of a file, and SATCHEL_KEK names a key in"
                        + " AWS KMS, which keeps its earlier material itself: leave --retire out");
    }

    @ParameterizedTest
    @ValueSource(strings = {"list --user %s", "rotate"})
    void saysWhatKmsRefusesAndRepeatsNoKey(String call) {
        set().succeeded();
        kms.rotate(arn);
        kms.fail("Decrypt", Fault.ACCESS_DENIED);

        Result refused = satchel(("keys " + call.formatted(LEARNER) + " --stacktrace").split(" "));

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err())
                .startsWith("satchel: AWS KMS did not do kms:Decrypt with the key " + arn
                        + ": access is denied: allow kms:Decrypt in the key's policy or an IAM policy")
                .doesNotContain("Canary", "SecretOfTheTest");
    }

    @Test
    void storesNothingThatKmsHasNotWrapped() throws SQLException {
        kms.fail("Encrypt", Fault.DISABLED);

        Result refused = set();

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("the key is disabled").doesNotContain("Canary");
        assertThat(value("SELECT count(*) FROM satchel.data_key")).isEqualTo("0");
        assertThat(value("SELECT count(*) FROM public.user_api_keys")).isEqualTo("0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            aws-kms:arn:aws:kms:eu-central-1:123456789012:alias/vault | this is an alias, which can be moved to another key
            aws-kms:wJalrXUtnFEMIK7MDENG                              | this is not the ARN of a key in AWS KMS
            wJalrXUtnFEMIK7MDENG                                      | SATCHEL_KEK is malformed: expected file:/path
            """)
    void refusesWhatNamesNoKeyWithoutRepeatingIt(String kek, String problem) {
        environment.put("SATCHEL_KEK", kek);

        Result refused = satchel("keys", "rotate");

        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.err())
                .startsWith("satchel: SATCHEL_KEK is malformed: ")
                .contains(problem, "expected file:/path", "aws-kms:arn:aws:kms:REGION:ACCOUNT:key/ID")
                .doesNotContain("wJalr", "123456789012");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            http://kms.example.org         | http:// to kms.example.org is not encrypted, so others could read and change
            HTTP://10.1.2.3:4599           | http:// to 10.1.2.3 is not encrypted, so others could read and change
            https://u:hunter2@10.1.2.3     | the address holds a user, a password
            kms.example.org/hunter2        | this is not the address of a service
            """)
    void refusesAnEndpointWhereOthersCouldListen(String endpoint, String problem) throws SQLException {
        environment.put("AWS_ENDPOINT_URL_KMS", endpoint);

        Result refused = set();

        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.err())
                .startsWith("satchel: AWS_ENDPOINT_URL_KMS is refused: " + problem)
                .contains("expected https:// and a host", "http:// for localhost, 127.0.0.0/8 and [::1] only")
                .doesNotContain("hunter2", "Canary");
        assertThat(value("SELECT count(*) FROM satchel.data_key")).isEqualTo("0");
    }

    @Test
    void takesAnEndpointOnThisMachine() {
        System.clearProperty(ENDPOINT);
        environment.put("AWS_ENDPOINT_URL_KMS", kms.endpoint().toString().replace("http:", "HTTP:"));

        set().succeeded();

        assertThat(kms.calls("Encrypt")).isEqualTo(1);
    }

    @Test
    void storesNoDataKeyThatComesBackInTheClear() throws SQLException {
        kms.tamper("Encrypt", (request, answer) -> {
            answer.put("CiphertextBlob", request.get("Plaintext").asString());
            return answer;
        });

        Result refused = set();

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err())
                .startsWith("satchel: AWS KMS did not do kms:Encrypt with the key " + arn
                        + ": the answer holds the data key unencrypted, so another server than AWS KMS answered")
                .doesNotContain("Canary");
        assertThat(value("SELECT count(*) FROM satchel.data_key")).isEqualTo("0");
        assertThat(value("SELECT count(*) FROM public.user_api_keys")).isEqualTo("0");
    }

    private Result satchel(String... arguments) {
        return Installation.satchel(environment, arguments);
    }

    private Result set() {
        return Installation.satchel(
                environment,
                new ByteArrayInputStream(OPENAI.getBytes(StandardCharsets.UTF_8)),
                "keys",
                "set",
                "--user",
                LEARNER,
                "--provider",
                "openai");
    }

    private String value(String query) throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    private byte[] bytes(String query) throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            return row.getBytes(1);
        }
    }
}
