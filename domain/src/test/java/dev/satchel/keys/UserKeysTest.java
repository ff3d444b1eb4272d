package dev.satchel.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.satchel.UserId;
import dev.satchel.keys.validation.KeyValidation;
import java.lang.reflect.Modifier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class UserKeysTest {

    private static final Purpose PURPOSE = new Purpose("describe image");

    private final InMemoryKeyVault vault = new InMemoryKeyVault();
    private final UserKeys keys = new UserKeys(vault);
    private final UserId user = vault.addUser();

    @Test
    void lendsWhatWasSet() {
        keys.set(user, Provider.OPENAI, ApiKeys.of("sk-proj-0123456789abcdef"));

        assertThat(keys.use(user, Provider.OPENAI, PURPOSE, ApiKeys::read)).contains("sk-proj-0123456789abcdef");
        assertThat(keys.use(user, Provider.OPENAI, PURPOSE, ApiKey::masked)).contains("sk-proj…cdef");
        assertThat(keys.use(user, Provider.UNSPLASH, PURPOSE, ApiKeys::read)).isEmpty();
    }

    @Test
    void wipesTheKeyItWasGiven() {
        ApiKey taken = ApiKeys.of("sk-proj-0123456789abcdef");
        ApiKey refused = ApiKeys.of("sk-ant-api03-0123456789abcdef");

        keys.set(user, Provider.OPENAI, taken);
        assertThatIllegalArgumentException().isThrownBy(() -> keys.set(user, Provider.OPENAI, refused));

        assertThatIllegalStateException().isThrownBy(taken::masked);
        assertThatIllegalStateException().isThrownBy(refused::masked);
    }

    @Test
    void storesNothingThatDoesNotLookLikeAKeyOfTheProvider() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> keys.set(user, Provider.ANTHROPIC, ApiKeys.of("sk-proj-0123456789abcdef")))
                .withMessageStartingWith("this is no key of Anthropic");

        assertThat(keys.statuses(user)).noneMatch(KeyStatus::isSet);
    }

    @Test
    void removesOneOrAll() {
        keys.set(user, Provider.OPENAI, ApiKeys.of("sk-proj-0123456789abcdef"));
        keys.set(user, Provider.UNSPLASH, ApiKeys.of("0123456789abcdefghij"));

        assertThat(keys.remove(user, Provider.OPENAI)).isTrue();
        assertThat(keys.statuses(user)).extracting(KeyStatus::isSet).containsExactly(false, false, true);
        assertThat(keys.removeAll(user)).isTrue();
        assertThat(keys.statuses(user)).noneMatch(KeyStatus::isSet);
    }

    @Test
    void hasNoMethodThatReturnsAKey() {
        assertThat(Stream.of(UserKeys.class, KeyVault.class, KeyValidation.class)
                        .flatMap(type -> Stream.of(type.getDeclaredMethods()))
                        .filter(method -> Modifier.isPublic(method.getModifiers()))
                        .filter(method ->
                                method.toGenericString().split("\\(")[0].contains("ApiKey")))
                .isEmpty();
    }
}
