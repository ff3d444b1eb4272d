package dev.satchel.keys;

import dev.satchel.keys.validation.ProviderCheck;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A service that users have keys for. */
public enum Provider {
    OPENAI("openai", "OpenAI", "sk-", "'sk-', such as sk-proj-…"),
    ANTHROPIC("anthropic", "Anthropic", "sk-ant-", "'sk-ant-'"),
    UNSPLASH("unsplash", "Unsplash", "", "any letter or digit");

    /**
     * Known prefixes of secrets. Keys of Unsplash are random, and one in sixteen million begins with a given prefix of
     * four characters; shorter prefixes would match too many, so {@code sk-} is the only one.
     */
    private static final List<Start> STARTS = List.of(
            new Start("sk-", "a key of OpenAI", OPENAI),
            new Start("sk-proj-", "a key of OpenAI", OPENAI),
            new Start("sk-svcacct-", "a key of OpenAI", OPENAI),
            new Start("sk-admin-", "an administrator's key of OpenAI", null),
            new Start("sess-", "a session of OpenAI", null),
            new Start("sk-ant-", "a key of Anthropic", ANTHROPIC),
            new Start("sk-ant-admin", "an administrator's key of Anthropic", null),
            new Start("sk-ant-oat", "an OAuth token of Anthropic, which is no API key", null),
            new Start("sk-ant-ort", "an OAuth token of Anthropic, which is no API key", null),
            new Start("sk-ant-sid", "a session of Claude, which is no API key", null),
            new Start("sk-or-", "a key of OpenRouter", null),
            new Start("sk-lf-", "a key of Langfuse", null),
            new Start("AIza", "a key of Google", null),
            new Start("AKIA", "an access key of AWS", null),
            new Start("ASIA", "an access key of AWS", null),
            new Start("ghp_", "a token of GitHub", null),
            new Start("gho_", "a token of GitHub", null),
            new Start("github_pat_", "a token of GitHub", null),
            new Start("glpat-", "a token of GitLab", null),
            new Start("gsk_", "a key of Groq", null),
            new Start("nvapi-", "a key of NVIDIA", null),
            new Start("pplx-", "a key of Perplexity", null),
            new Start("rk_live_", "a key of Stripe", null),
            new Start("sk_live_", "a key of Stripe", null),
            new Start("sk_test_", "a key of Stripe", null),
            new Start("xai-", "a key of xAI", null),
            new Start("xoxb-", "a token of Slack", null),
            new Start("xoxp-", "a token of Slack", null));

    private static final int MIN_LENGTH = 20;

    private final String code;
    private final String title;
    private final String prefix;
    private final String start;

    Provider(String code, String title, String prefix, String start) {
        this.code = code;
        this.title = title;
        this.prefix = prefix;
        this.start = start;
    }

    /**
     * What the prefix of a secret says about it.
     *
     * @param of the provider whose users' keys have this prefix; null if none of these providers has
     */
    private record Start(
            String text, String makesIt, @Nullable Provider of) {}

    /**
     * The provider with this {@link #code}.
     *
     * @throws IllegalArgumentException if no provider has that code
     */
    public static Provider of(String code) {
        return Arrays.stream(values())
                .filter(candidate -> candidate.code.equals(code))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown provider '" + code + "': expected one of "
                        + Arrays.stream(values()).map(Provider::code).collect(Collectors.joining(", "))));
    }

    /** The name on the command line and in tables, in lower case. */
    public String code() {
        return code;
    }

    /** The name as the provider writes it. */
    public String title() {
        return title;
    }

    /** The column of {@code user_api_keys} that holds keys of this provider. */
    public String column() {
        return code + "_api_key";
    }

    /**
     * Refuses a key whose form is not that of this provider's keys. A {@link ProviderCheck} tells whether the provider
     * accepts it.
     *
     * @throws IllegalArgumentException saying what is wrong and what is allowed; the message repeats nothing of the
     *     key but a known prefix
     */
    public void requireKeyOf(ApiKey candidate) {
        List<String> problems = candidate.revealSecret(this::problems);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("this is no key of " + title + ": " + problems.get(0)
                    + "; expected at least " + MIN_LENGTH + " letters, digits, '-' and '_', starting with " + start);
        }
    }

    private List<String> problems(byte[] candidate) {
        // A key without this provider's prefix is refused below, so prefixes of others matter only if they extend it.
        Optional<Start> foreign = STARTS.stream()
                .filter(start -> start.text().startsWith(prefix) && startsWith(candidate, start.text()))
                // The longest matching prefix is the most specific: sk-ant- before sk-.
                .max(Comparator.comparingInt(start -> start.text().length()))
                .filter(start -> start.of() != this);
        if (foreign.isPresent()) {
            return List.of("it starts with '" + foreign.get().text() + "', which makes it "
                    + foreign.get().makesIt());
        }
        if (!startsWith(candidate, prefix)) {
            return List.of("it does not start with '" + prefix + "'");
        }
        if (candidate.length < MIN_LENGTH) {
            return List.of("it has only " + candidate.length + " characters");
        }
        for (int i = 0; i < candidate.length; i++) {
            if (!isUrlSafe(candidate[i])) {
                return List.of("its character at position " + (i + 1) + " is not allowed in such a key");
            }
        }
        return List.of();
    }

    private static boolean startsWith(byte[] text, String start) {
        if (text.length < start.length()) {
            return false;
        }
        for (int i = 0; i < start.length(); i++) {
            if (text[i] != start.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isUrlSafe(byte c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }
}
