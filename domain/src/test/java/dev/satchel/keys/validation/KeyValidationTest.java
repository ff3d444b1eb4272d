package dev.satchel.keys.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.UserId;
import dev.satchel.keys.ApiKey;
import dev.satchel.keys.ApiKeys;
import dev.satchel.keys.InMemoryKeyVault;
import dev.satchel.keys.Provider;
import dev.satchel.keys.UserKeys;
import dev.satchel.keys.Validity;
import dev.satchel.keys.Verdict;
import org.junit.jupiter.api.Test;

class KeyValidationTest {

    private static final Verdict UNKNOWN_KEY = new Verdict.Invalid("the provider does not know it");

    private final InMemoryKeyVault vault = new InMemoryKeyVault();
    private final UserId user = vault.addUser();

    private void set(String mark) {
        new UserKeys(vault).set(user, Provider.OPENAI, ApiKeys.of(ApiKeys.text(Provider.OPENAI, mark)));
    }

    private static Verdict judged(ApiKey key) {
        return ApiKeys.read(key).contains("good") ? new Verdict.Valid() : UNKNOWN_KEY;
    }

    @Test
    void recordsWhatTheProviderSays() {
        KeyValidation validation = new KeyValidation(vault, (provider, key) -> judged(key));
        set("good");
        assertThat(validation.validate(user, Provider.OPENAI)).contains(new Verdict.Valid());
        assertThat(vault.statuses(user).get(0).validity()).isEqualTo(Validity.VALID);

        set("bad");
        assertThat(validation.validate(user, Provider.OPENAI)).contains(UNKNOWN_KEY);
        assertThat(vault.statuses(user).get(0).validity()).isEqualTo(Validity.INVALID);
    }

    @Test
    void sendsNoRequestForAKeyThatIsNotSet() {
        KeyValidation validation = new KeyValidation(vault, (provider, key) -> {
            throw new AssertionError("there is no key to ask about");
        });

        assertThat(validation.validate(user, Provider.OPENAI)).isEmpty();
    }

    @Test
    void saysNothingOfAKeyThatWasReplacedMeanwhile() {
        set("bad");
        KeyValidation validation = new KeyValidation(vault, (provider, key) -> {
            set("good");
            return judged(key);
        });

        assertThat(validation.validate(user, Provider.OPENAI)).isEmpty();

        assertThat(vault.statuses(user).get(0).validity()).isEqualTo(Validity.UNKNOWN);
    }
}
