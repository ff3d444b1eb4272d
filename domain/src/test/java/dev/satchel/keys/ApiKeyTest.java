package dev.satchel.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.Serializable;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiKeyTest {

    @Test
    void takesOverWhatItIsGiven() {
        byte[] given = "sk-proj-0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

        try (ApiKey key = ApiKey.take(given)) {
            assertThat(given).containsOnly(0);
            assertThat(ApiKeys.read(key)).isEqualTo("sk-proj-0123456789abcdef");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            ""                | the key is empty
            "secret secret"   | the key has a character at position 7 that is not allowed
            "secret\t"        | the key has a character at position 7 that is not allowed
            " secret"         | the key has a character at position 1 that is not allowed
            "secreté"         | the key has a character at position 7 that is not allowed
            """)
    void refusesForbiddenCharactersAndWipesTheKey(String text, String message) {
        byte[] given = text.getBytes(StandardCharsets.UTF_8);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ApiKey.take(given))
                .withMessageStartingWith(message)
                .withMessageNotContaining("secret");
        assertThat(given).containsOnly(new byte[given.length == 0 ? 0 : 1]);
    }

    @Test
    void isAsLongAsAnyProvidersKey() {
        assertThat(ApiKeys.read(ApiKeys.of("x".repeat(1024)))).hasSize(1024);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ApiKeys.of("x".repeat(1025)))
                .withMessage("the key has 1025 characters: at most 1024 are allowed");
    }

    @ParameterizedTest
    @CsvSource({"sk-proj-0123456789, sk-proj…6789", "0123456789abcdef, 0123456…cdef", "0123456789abcde, …", "x, …"})
    void showsItsEndsOnlyWhenEnoughStaysHidden(String key, String masked) {
        assertThat(ApiKeys.of(key).masked()).isEqualTo(masked);
    }

    @Test
    void lendsACopyAndWipesIt() {
        AtomicReference<byte[]> lent = new AtomicReference<>();
        ApiKey key = ApiKeys.of("sk-proj-0123456789");

        key.revealSecret(characters -> {
            Arrays.fill(characters, 0, 3, (byte) 'x');
            lent.set(characters);
            return true;
        });

        assertThat(lent.get()).containsOnly(0);
        assertThat(ApiKeys.read(key)).isEqualTo("sk-proj-0123456789");
    }

    @Test
    void wipesTheCopyWhenReadingFails() {
        AtomicReference<byte[]> lent = new AtomicReference<>();

        assertThatIllegalStateException()
                .isThrownBy(() -> ApiKeys.of("sk-proj-0123456789").revealSecret(characters -> {
                    lent.set(characters);
                    throw new IllegalStateException("any");
                }));

        assertThat(lent.get()).containsOnly(0);
    }

    @Test
    void isGoneAfterClosing() throws ReflectiveOperationException {
        ApiKey key = ApiKeys.of("sk-proj-0123456789");
        key.close();

        assertThatIllegalStateException().isThrownBy(() -> ApiKeys.read(key)).withMessage("the key has been wiped");
        assertThatIllegalStateException().isThrownBy(key::masked).withMessage("the key has been wiped");
        var characters = ApiKey.class.getDeclaredField("characters");
        characters.setAccessible(true);
        assertThat((byte[]) characters.get(key)).containsOnly(0);
    }

    @Test
    void printsComparesAndSerializesNothing() {
        ApiKey key = ApiKeys.of("sk-proj-0123456789");

        assertThat(key.toString()).doesNotContain("sk-", "0123");
        assertThat(key).isNotEqualTo(ApiKeys.of("sk-proj-0123456789")).isNotInstanceOf(Serializable.class);
        assertThat(Modifier.isFinal(ApiKey.class.getModifiers())).isTrue();
    }

    @Test
    void revealsTheKeyByOneMethodOnly() {
        assertThat(Stream.of(ApiKey.class.getDeclaredMethods())
                        .filter(method -> Modifier.isPublic(method.getModifiers()))
                        .map(method -> method.getName()))
                .containsExactlyInAnyOrder("take", "revealSecret", "masked", "close");
        assertThat(ApiKey.class.getFields()).extracting("name").containsExactly("MAX_LENGTH");
    }
}
