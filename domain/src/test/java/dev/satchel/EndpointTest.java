package dev.satchel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://s3.example.org",
                "https://10.1.2.3:9000",
                "https://[2001:db8::1]:443/",
                "https://vpce-1.kms.eu-central-1.vpce.amazonaws.com",
                "http://localhost:9000",
                "http://LocalHost",
                "http://127.0.0.1:9000",
                "http://127.255.0.9",
                "http://[::1]:9000",
                "http://[0:0:0:0:0:0:0:1]",
                "http://[::ffff:127.0.0.1]:9000",
                "http://[::ffff:7f00:1]"
            })
    void takesTlsAnywhereAndPlainHttpOnThisMachine(String text) {
        assertThat(Endpoint.parse(text).uri()).isEqualTo(URI.create(text));
    }

    @ParameterizedTest
    @CsvSource({"HTTPS://s3.example.org:8443/, https://s3.example.org:8443/", "HtTp://127.0.0.1, http://127.0.0.1"})
    void writesTheSchemeInLowerCase(String text, URI uri) {
        assertThat(Endpoint.parse(text).uri()).hasToString(uri.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://s3.example.org",
                "HTTP://s3.example.org",
                "http://10.1.2.3:9000",
                "http://0.0.0.0:9000",
                "http://2130706433",
                "http://128.0.0.1",
                "http://[::]:9000",
                "http://[2001:db8::1]",
                "http://[::127.0.0.1]",
                "http://[::ffff:10.1.2.3]",
                "http://[fe80::1%25eth0]",
                "http://localhost.example.org",
                "http://127.0.0.1.example.org",
                "http://s3.localhost",
                "http://localhost.localdomain",
                "http://169.254.169.254"
            })
    void refusesPlainHttpToAnotherMachine(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Endpoint.parse(text))
                .withMessage("http:// to " + URI.create(text).getHost()
                        + " is not encrypted, so others could read and change what is sent: " + Endpoint.EXPECTED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "s3.example.org",
                "s3.example.org:9000",
                "localhost:9000",
                "//s3.example.org",
                "/var/run/s3.sock",
                "https:",
                "https://",
                "https:///path",
                "https:s3.example.org",
                "https://s3 .example.org",
                "https://s3.example.org\n",
                "http://127.1:9000",
                "http://0x7f.0.0.1",
                "http://127.0.0.1:port",
                "http://[127.0.0.1]",
                "ftp://127.0.0.1",
                "file:///etc/passwd",
                "ws://127.0.0.1",
                "unix://127.0.0.1"
            })
    void refusesWhatIsNoAddressAndRepeatsNothing(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Endpoint.parse(text))
                .withMessage("this is not the address of a service: " + Endpoint.EXPECTED)
                .withNoCause();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://user:hunter2@s3.example.org",
                "http://user:hunter2@localhost",
                "http://localhost:80@s3.example.org",
                "http://localhost@s3.example.org",
                "https://s3.example.org?hunter2",
                "https://s3.example.org/#hunter2",
                "http://s3.example.org#@localhost"
            })
    void refusesMoreThanAHostAndRepeatsNothing(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Endpoint.parse(text))
                .withMessage("the address holds a user, a password, '?' or '#', which Satchel does not use: "
                        + Endpoint.EXPECTED);
    }

    @Test
    void cannotBeMadeFromAUriThatIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Endpoint(URI.create("http://s3.example.org")));
    }
}
