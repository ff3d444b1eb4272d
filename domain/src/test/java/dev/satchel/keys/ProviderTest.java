package dev.satchel.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ProviderTest {

    private static final String TAIL = "; expected at least 20 letters, digits, '-' and '_', starting with ";

    @ParameterizedTest
    @CsvSource({
        "OPENAI, sk-0123456789abcdefgh",
        "OPENAI, sk-proj-0123456789_-ABC",
        "OPENAI, sk-svcacct-0123456789abcdef",
        "OPENAI, sk-None-0123456789abcdef",
        "OPENAI, sk-antelope0123456789",
        "ANTHROPIC, sk-ant-api03-0123456789_-ABC",
        "ANTHROPIC, sk-ant-0123456789abc",
        "UNSPLASH, 0123456789abcdefghij",
        "UNSPLASH, -_0123456789ABCDEFGHIJ0123456789abcdefghij",
        "UNSPLASH, sk0123456789ABCDEFGHIJ0123456789abcdefghij",
        "UNSPLASH, SK-0123456789ABCDEFGHIJ0123456789abcdefghi",
        "OPENAI, sk-orchid0123456789ABC",
        "OPENAI, sk-AIza0123456789ABCDEF"
    })
    void takesItsOwnKeys(Provider provider, String key) {
        assertThatCode(() -> provider.requireKeyOf(ApiKeys.of(key))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @EnumSource
    void takesLongKeys(Provider provider) {
        ApiKey key = ApiKeys.of(ApiKeys.text(provider, "x".repeat(900)));

        assertThatCode(() -> provider.requireKeyOf(key)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            OPENAI    | sk-ant-api03-0123456789abcdef | this is no key of OpenAI: it starts with 'sk-ant-', which makes it a key of Anthropic
            OPENAI    | sk-admin-0123456789abcdef     | this is no key of OpenAI: it starts with 'sk-admin-', which makes it an administrator's key of OpenAI
            OPENAI    | pk-0123456789abcdefghij       | this is no key of OpenAI: it does not start with 'sk-'
            OPENAI    | SK-0123456789abcdefghij       | this is no key of OpenAI: it does not start with 'sk-'
            OPENAI    | sk                            | this is no key of OpenAI: it does not start with 'sk-'
            OPENAI    | sk-0123456789abcdef           | this is no key of OpenAI: it has only 19 characters
            OPENAI    | sk-0123456789abcdef.ghij      | this is no key of OpenAI: its character at position 20 is not allowed in such a key
            ANTHROPIC | sk-proj-0123456789abcdef      | this is no key of Anthropic: it does not start with 'sk-ant-'
            ANTHROPIC | sk-ant-admin01-0123456789abc  | this is no key of Anthropic: it starts with 'sk-ant-admin', which makes it an administrator's key of Anthropic
            ANTHROPIC | sk-ant-0123456789ab           | this is no key of Anthropic: it has only 19 characters
            UNSPLASH  | 0123456789abcdefghi           | this is no key of Unsplash: it has only 19 characters
            UNSPLASH  | 0123456789abcdefgh/+          | this is no key of Unsplash: its character at position 19 is not allowed in such a key
            UNSPLASH  | sk-proj-0123456789abcdef      | this is no key of Unsplash: it starts with 'sk-proj-', which makes it a key of OpenAI
            UNSPLASH  | sk-ant-api03-0123456789abcdef | this is no key of Unsplash: it starts with 'sk-ant-', which makes it a key of Anthropic
            OPENAI    | sk-or-v1-0123456789abcdef     | this is no key of OpenAI: it starts with 'sk-or-', which makes it a key of OpenRouter
            OPENAI    | sk-lf-0123456789abcdefghij    | this is no key of OpenAI: it starts with 'sk-lf-', which makes it a key of Langfuse
            OPENAI    | sk-ant-oat01-0123456789abcdef | this is no key of OpenAI: it starts with 'sk-ant-oat', which makes it an OAuth token of Anthropic, which is no API key
            OPENAI    | sk_live_0123456789abcdefghij  | this is no key of OpenAI: it does not start with 'sk-'
            ANTHROPIC | sk-ant-oat01-0123456789abcdef | this is no key of Anthropic: it starts with 'sk-ant-oat', which makes it an OAuth token of Anthropic, which is no API key
            ANTHROPIC | sk-ant-ort01-0123456789abcdef | this is no key of Anthropic: it starts with 'sk-ant-ort', which makes it an OAuth token of Anthropic, which is no API key
            ANTHROPIC | sk-ant-sid01-0123456789abcdef | this is no key of Anthropic: it starts with 'sk-ant-sid', which makes it a session of Claude, which is no API key
            ANTHROPIC | sk-or-v1-0123456789abcdef     | this is no key of Anthropic: it does not start with 'sk-ant-'
            UNSPLASH  | sk-0123456789abcdefghij       | this is no key of Unsplash: it starts with 'sk-', which makes it a key of OpenAI
            UNSPLASH  | sk-or-v1-0123456789abcdef     | this is no key of Unsplash: it starts with 'sk-or-', which makes it a key of OpenRouter
            UNSPLASH  | sk-ant-sid01-0123456789abcdef | this is no key of Unsplash: it starts with 'sk-ant-sid', which makes it a session of Claude, which is no API key
            UNSPLASH  | sk-admin-0123456789abcdef     | this is no key of Unsplash: it starts with 'sk-admin-', which makes it an administrator's key of OpenAI
            UNSPLASH  | gsk_0123456789abcdefghij      | this is no key of Unsplash: it starts with 'gsk_', which makes it a key of Groq
            UNSPLASH  | xai-0123456789abcdefghij      | this is no key of Unsplash: it starts with 'xai-', which makes it a key of xAI
            UNSPLASH  | AIza0123456789abcdefghij      | this is no key of Unsplash: it starts with 'AIza', which makes it a key of Google
            UNSPLASH  | github_pat_0123456789abcdef   | this is no key of Unsplash: it starts with 'github_pat_', which makes it a token of GitHub
            UNSPLASH  | sk_test_0123456789abcdefghij  | this is no key of Unsplash: it starts with 'sk_test_', which makes it a key of Stripe
            """)
    void refusesOtherKeysWithoutRepeatingThem(Provider provider, String key, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> provider.requireKeyOf(ApiKeys.of(key)))
                .withMessageStartingWith(message + TAIL)
                .withMessageNotContaining("0123")
                .withMessageNotContaining("abcd");
    }

    @ParameterizedTest
    @CsvSource({
        "openai, OPENAI, openai_api_key",
        "anthropic, ANTHROPIC, anthropic_api_key",
        "unsplash, UNSPLASH, unsplash_api_key"
    })
    void isFoundByItsCode(String word, Provider provider, String column) {
        assertThat(Provider.of(word)).isEqualTo(provider);
        assertThat(provider.column()).isEqualTo(column);
    }

    @Test
    void refusesAnUnknownValue() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Provider.of("OpenAI"))
                .withMessage("unknown provider 'OpenAI': expected one of openai, anthropic, unsplash");
    }
}
