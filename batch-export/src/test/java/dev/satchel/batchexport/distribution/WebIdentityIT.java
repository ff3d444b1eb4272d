package dev.satchel.batchexport.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Credentials by web identity, as a pod on EKS has them: a file with a token, and the role that AWS gives for it. AWS is
 * played by a server that hands out the credentials of the test's store.
 */
class WebIdentityIT {

    private static final String TOKEN = "token-of-the-pod";

    @TempDir
    Path folder;

    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private Installation satchel;
    private HttpServer sts;
    private Map<String, String> environment;

    @BeforeEach
    void start() throws IOException {
        satchel = Installation.in(folder);
        sts = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        sts.createContext("/", exchange -> {
            asked.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] answer = answer().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "text/xml");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        sts.start();
        environment = satchel.environment();
        environment.remove("AWS_ACCESS_KEY_ID");
        environment.remove("AWS_SECRET_ACCESS_KEY");
        environment.put("AWS_EC2_METADATA_DISABLED", "true");
        environment.put("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/satchel");
        environment.put(
                "AWS_WEB_IDENTITY_TOKEN_FILE",
                Files.writeString(folder.resolve("token"), TOKEN).toString());
    }

    @AfterEach
    void stop() {
        sts.stop(0);
        satchel.close();
    }

    @Test
    void deliversWithTheRoleOfThePod() throws Exception {
        environment.put(
                "AWS_ENDPOINT_URL_STS", "http://localhost:" + sts.getAddress().getPort());
        satchel.requestOfNewUser();

        Result run = Distribution.unpackedIn(folder).satchel(environment, "export", "run");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out()).startsWith("delivered 1 (");
        assertThat(asked)
                .isNotEmpty()
                .allMatch(body -> body.contains("Action=AssumeRoleWithWebIdentity")
                        && body.contains("WebIdentityToken=" + TOKEN));
    }

    @Test
    void refusesToSendTheTokenInPlainText() {
        environment.put("AWS_ENDPOINT_URL_STS", "http://sts.example.org");

        Result refused = Installation.satchel(environment, "export", "run");

        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.err())
                .startsWith("satchel: AWS_ENDPOINT_URL_STS is refused: http:// to sts.example.org is not encrypted");
    }

    private String answer() {
        return """
                <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                  <AssumeRoleWithWebIdentityResult>
                    <Credentials>
                      <AccessKeyId>%s</AccessKeyId>
                      <SecretAccessKey>%s</SecretAccessKey>
                      <SessionToken>session</SessionToken>
                      <Expiration>%s</Expiration>
                    </Credentials>
                  </AssumeRoleWithWebIdentityResult>
                </AssumeRoleWithWebIdentityResponse>
                """.formatted(
                        satchel.s3().accessKey(),
                        satchel.s3().secretKey(),
                        Instant.now().plus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS));
    }
}
