package dev.satchel.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.satchel.keys.encryption.BrokenSealException;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealedKeyTest {

    private static final UUID DATA_KEY = UUID.fromString("4f3c1d6e-0a2b-4c3d-8e9f-102030405060");
    private static final String PREFIX = "dk1." + DATA_KEY + ".";

    @ParameterizedTest
    @ValueSource(ints = {61, 62, 63, 64, 1084})
    void isWhatItsTextSays(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);

        SealedKey key = SealedKey.of(DATA_KEY, bytes);

        assertThat(SealedKey.parse(key.text())).isEqualTo(key).hasSameHashCodeAs(key);
        assertThat(key.text()).startsWith(PREFIX).doesNotContain("=", "+", "/");
        assertThat(key.bytes()).isEqualTo(bytes);
        assertThat(key.dataKeyId()).isEqualTo(DATA_KEY);
        assertThat(key).hasToString(PREFIX + "…");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 60, 1085})
    void hasALengthThatASealedKeyCanHave(int length) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SealedKey.of(DATA_KEY, new byte[length]))
                .withMessage("a sealed key has 61 to 1084 bytes, was " + length);
    }

    @Test
    void refusesEveryOtherTextWithTheSameWords() {
        String good = SealedKey.of(DATA_KEY, new byte[62]).text();
        String[] texts = {
            "",
            "sk-proj-0123456789abcdef",
            "c2stcHJvai0wMTIz",
            PREFIX,
            PREFIX + "A".repeat(81),
            PREFIX + "A".repeat(1447),
            PREFIX + "A".repeat(3000),
            PREFIX + "A".repeat(85),
            good + "=",
            good.substring(0, good.length() - 1) + "B",
            good + "\n",
            " " + good,
            good.toUpperCase(Locale.ROOT),
            good.replace("dk1", "dk2"),
            good.replace("4f3c", "4F3C"),
            good.replace("-", ""),
            good.replace("A", "+")
        };

        for (String text : texts) {
            assertThatExceptionOfType(BrokenSealException.class)
                    .as(text)
                    .isThrownBy(() -> SealedKey.parse(text))
                    .withMessage(new BrokenSealException().getMessage())
                    .withNoCause();
        }
    }
}
