package dev.satchel.batchexport.cli.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CanariesTest {

    private static final String SECRET = "q7Zk_3vWb9-XtR2mPc8LsHfD";

    private final Canaries canaries = Canaries.of(Map.of("the key", SECRET));

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 7, 12})
    void findsAnyTwelveCharacters(int at) {
        assertFound("text", "… key=" + SECRET.substring(at, at + 12) + "&more");
    }

    @Test
    void doesNotTakeElevenCharactersForALeak() {
        assertClean(SECRET.substring(0, 11) + "#" + SECRET.substring(13));
    }

    @Test
    void findsOtherForms() {
        byte[] bytes = SECRET.getBytes(StandardCharsets.US_ASCII);

        assertFound("another case", SECRET.toLowerCase(Locale.ROOT));
        assertFound("another case", SECRET.toUpperCase(Locale.ROOT));
        assertFound("text backwards", new StringBuilder(SECRET).reverse().toString());
        assertFound("hexadecimal", "\\\\x" + HexFormat.of().formatHex(bytes));
        assertFound("hexadecimal", HexFormat.of().withUpperCase().formatHex(bytes));
        assertFound(
                "percent signs", HexFormat.of().withPrefix("%").withUpperCase().formatHex(bytes));
        assertFound("text", URLEncoder.encode("key=" + SECRET, StandardCharsets.UTF_8));
        assertFound("numbers", Arrays.toString(bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "k", "ke", "key", "api-key:ÿþ>?"})
    void findsBase64AtEveryAlignment(String before) {
        byte[] bytes = (before + SECRET + "~\u007f").getBytes(StandardCharsets.UTF_8);

        assertFound("Base64", "x" + Base64.getEncoder().encodeToString(bytes));
        assertFound("Base64", Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
        assertFound(
                "Base64",
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString((before + SECRET.substring(5, 17)).getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void findsUtf16() {
        assertThat(canaries.in("a heap", ("\0" + SECRET).getBytes(StandardCharsets.UTF_16LE)))
                .containsExactly("the key as UTF-16 in a heap");
        assertThat(canaries.in("a heap", SECRET.getBytes(StandardCharsets.UTF_16BE)))
                .containsExactly("the key as UTF-16 in a heap");
    }

    @Test
    void looksIntoPackedFilesAndAtNames(@TempDir Path directory) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(("id,key\n1," + SECRET).getBytes(StandardCharsets.US_ASCII));
        }
        try (var zip = new ZipOutputStream(Files.newOutputStream(directory.resolve("export.zip")))) {
            zip.putNextEntry(new ZipEntry("keys.csv.gz"));
            zip.write(packed.toByteArray());
        }
        Files.createDirectory(directory.resolve(SECRET.substring(3, 15)));

        assertThat(canaries.in(directory))
                .containsExactly(
                        "the key as text in " + directory + "/export.zip!keys.csv.gz!",
                        "the key as text in the name " + directory.resolve(SECRET.substring(3, 15)));
    }

    @Test
    void findsWhatEndsWithThePlace() {
        assertFound("text", SECRET);
        assertClean("");
        assertClean(SECRET.substring(13));
    }

    @Test
    void refusesASecretThatItCouldNotFind() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Canaries.of(Map.of("short", "elevenchars")))
                .withMessage("a canary needs 12 characters, short has fewer");
    }

    private void assertFound(String form, String content) {
        assertThat(canaries.in("a place", content.getBytes(StandardCharsets.UTF_8)))
                .containsExactly("the key as " + form + " in a place");
    }

    private void assertClean(String content) {
        assertThat(canaries.in("a place", content.getBytes(StandardCharsets.UTF_8)))
                .isEmpty();
    }
}
