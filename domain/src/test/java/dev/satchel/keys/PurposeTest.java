package dev.satchel.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PurposeTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"validate", "describe image", "abcdefghij abcdefghij abcdefghij abcdefghij abcdefghij abcde"})
    void isAFewWords(String words) {
        assertThat(new Purpose(words)).hasToString(words);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "describe  image",
                "describe image ",
                "describe\nimage",
                "Describe",
                "image7",
                "sk-proj-abcdefghijklmnop",
                "abcdefghij abcdefghij abcdefghij abcdefghij abcdefghij abcdefg"
            })
    void hasNoRoomForAKey(String words) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Purpose(words))
                .withMessage("a purpose is some words of the letters a to z with single spaces between them, at most 60"
                        + " characters, such as 'describe image'");
    }
}
