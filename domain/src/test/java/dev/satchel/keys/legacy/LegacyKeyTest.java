package dev.satchel.keys.legacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.satchel.keys.ApiKey;
import dev.satchel.keys.ApiKeys;
import dev.satchel.keys.Provider;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LegacyKeyTest {

    private static final UUID ROW = UUID.fromString("1b4e28ba-2fa1-11d2-883f-0016d3cca427");
    private static final String URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static LegacyKey stored(Provider provider, String text) {
        return new LegacyKey(ROW, null, provider, text.getBytes(StandardCharsets.UTF_8));
    }

    private static String read(Provider provider, String text) {
        try (LegacyKey stored = stored(provider, text);
                ApiKey key = stored.read()) {
            return ApiKeys.read(key);
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @EnumSource
    void readsAKeyInEveryFormThatItWasStoredIn(Provider provider) {
        Random random = new Random(provider.ordinal());
        String start = ApiKeys.text(provider, "").replace("-0123456789abcdefghij", "");
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text = new StringBuilder(start);
            int length = 30 + random.nextInt(120);
            for (int at = 0; at < length; at++) {
                text.append(URL_SAFE.charAt(random.nextInt(URL_SAFE.length())));
            }
            String key = text.toString();
            byte[] bytes = key.getBytes(StandardCharsets.US_ASCII);

            assertThat(List.of(
                            read(provider, key),
                            read(provider, " \n" + key + "\r\n"),
                            read(provider, Base64.getEncoder().encodeToString(bytes)),
                            read(provider, Base64.getMimeEncoder().encodeToString(bytes)),
                            read(
                                    provider,
                                    Base64.getMimeEncoder(76, new byte[] {'\n'}).encodeToString(bytes)),
                            read(provider, Base64.getEncoder().withoutPadding().encodeToString(bytes)),
                            read(provider, Base64.getUrlEncoder().encodeToString(bytes) + "\n")))
                    .containsOnly(key);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "OPENAI, sk-ant-api03-0123456789abcdefghij",
        "OPENAI, sk-admin-0123456789abcdefghij",
        "OPENAI, sk-short",
        "OPENAI, 0123456789abcdefghijklmnop",
        "ANTHROPIC, sk-proj-0123456789abcdefghij",
        "UNSPLASH, sk-proj-0123456789abcdefghij"
    })
    void refusesWhatIsNoKeyOfTheProviderPlainAndInBase64(Provider provider, String text) {
        refuses(provider, text);
        refuses(provider, base64(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0123456789 abcdefghijklmnop", "0123456789ábcdefghijklmnop", "0123456789=abcdefghijklmnop"})
    void refusesCharactersThatNoKeyHas(String text) {
        for (Provider provider : Provider.values()) {
            refuses(provider, text);
        }
    }

    private static void refuses(Provider provider, String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stored(provider, text).read())
                .satisfies(refused -> assertThat(refused.getMessage())
                        .doesNotContain(text)
                        .doesNotContain("0123456789")
                        .isNotBlank());
    }

    @ParameterizedTest
    @EnumSource
    void refusesAnEmptyOrBlankText(Provider provider) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stored(provider, "").read())
                .withMessageContaining("empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stored(provider, " \t ").read())
                .withMessageContaining("empty");
    }

    @Test
    void printsNothingOfTheKeyAndIsWiped() {
        byte[] bytes = ApiKeys.text(Provider.OPENAI, "canary").getBytes(StandardCharsets.US_ASCII);
        LegacyKey stored = new LegacyKey(ROW, null, Provider.OPENAI, bytes);

        assertThat(stored).hasToString("row 1b4e28ba-2fa1-11d2-883f-0016d3cca427, openai");
        stored.close();
        assertThat(bytes).containsOnly(0);
    }
}
