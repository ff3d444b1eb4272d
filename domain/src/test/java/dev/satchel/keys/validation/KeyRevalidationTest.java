package dev.satchel.keys.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.UserId;
import dev.satchel.keys.ApiKeys;
import dev.satchel.keys.InMemoryKeyVault;
import dev.satchel.keys.Provider;
import dev.satchel.keys.UserKeys;
import dev.satchel.keys.Verdict;
import dev.satchel.keys.validation.KeyRevalidation.Round;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

class KeyRevalidationTest {

    private static final Verdict BUSY = new Verdict.Unknown("the provider is busy", Duration.ofMinutes(1));
    private static final Verdict ABOUT_THIS_KEY = new Verdict.Unknown("the key may not list models", Duration.ZERO);
    private static final Verdict GONE = new Verdict.Invalid("the provider does not know it");

    private final InMemoryKeyVault vault = new InMemoryKeyVault();
    private final Map<Provider, Integer> asked = new EnumMap<>(Provider.class);
    private final List<Long> askedAt = new ArrayList<>();
    private long milliseconds;

    private Round round(BiFunction<Provider, Integer, Verdict> answers) {
        ProviderCheck check = (provider, key) -> {
            askedAt.add(milliseconds);
            milliseconds += 30;
            return answers.apply(provider, asked.merge(provider, 1, Integer::sum));
        };
        return new KeyRevalidation(vault, check).validateDue(time -> {
            milliseconds += time.toMillis();
            return false;
        });
    }

    private UserId userWith(Provider... providers) {
        UserId user = vault.addUser();
        for (Provider provider : providers) {
            new UserKeys(vault).set(user, provider, ApiKeys.of(ApiKeys.text(provider, "good")));
        }
        return user;
    }

    @Test
    void asksAboutEveryKeyOnceADay() {
        for (int i = 0; i < 12; i++) {
            userWith(Provider.values());
        }

        Round first = round((provider, count) -> count % 3 == 0 ? GONE : new Verdict.Valid());
        Round atOnce = round((provider, count) -> GONE);
        vault.letPass(KeyRevalidation.INTERVAL.plus(KeyRevalidation.JITTER));
        Round nextDay = round((provider, count) -> ABOUT_THIS_KEY);

        assertThat(first).isEqualTo(new Round(24, 12, 0, 0, Set.of()));
        assertThat(atOnce).isEqualTo(new Round(0, 0, 0, 0, Set.of()));
        assertThat(nextDay).isEqualTo(new Round(0, 0, 36, 0, Set.of()));
    }

    @Test
    void asksAtMostFiveQuestionsASecond() {
        for (int i = 0; i < 20; i++) {
            userWith(Provider.values());
        }

        round((provider, count) -> new Verdict.Valid());

        assertThat(askedAt).hasSize(60).startsWith(0L);
        for (int i = 1; i < askedAt.size(); i++) {
            assertThat(askedAt.get(i) - askedAt.get(i - 1)).isGreaterThanOrEqualTo(200);
        }
    }

    @Test
    void stopsAskingAProviderAfterThreeAnswersToWait() {
        for (int i = 0; i < 20; i++) {
            userWith(Provider.OPENAI, Provider.ANTHROPIC);
        }

        Round round = round((provider, count) -> provider == Provider.OPENAI ? BUSY : new Verdict.Valid());

        assertThat(round).isEqualTo(new Round(20, 0, 3, 0, Set.of(Provider.OPENAI)));
        assertThat(vault.claimForCheck(EnumSet.of(Provider.OPENAI), Duration.ofDays(1), Duration.ZERO, 100))
                .as("keys that stay due")
                .hasSizeGreaterThanOrEqualTo(12);
    }

    @Test
    void keepsAskingAfterAnswersToWaitThatAreNotConsecutive() {
        for (int i = 0; i < 20; i++) {
            userWith(Provider.OPENAI);
        }

        assertThat(round((provider, count) -> count % 3 == 0 ? ABOUT_THIS_KEY : BUSY))
                .isEqualTo(new Round(0, 0, 20, 0, Set.of()));
    }

    @Test
    void countsWhatCannotBeOpenedAndGoesOn() {
        userWith(Provider.OPENAI);
        userWith(Provider.OPENAI);
        userWith(Provider.UNSPLASH);
        vault.breakSeals(Provider.UNSPLASH);

        assertThat(round((provider, count) -> new Verdict.Valid())).isEqualTo(new Round(2, 0, 0, 1, Set.of()));
    }

    @Test
    void aStopEndsTheRoundBeforeTheNextQuestion() {
        for (int i = 0; i < 20; i++) {
            userWith(Provider.OPENAI);
        }
        AtomicInteger count = new AtomicInteger();
        KeyRevalidation revalidation = new KeyRevalidation(vault, (provider, key) -> {
            count.incrementAndGet();
            return new Verdict.Valid();
        });

        Round round = revalidation.validateDue(time -> count.get() == 7);

        assertThat(round).isEqualTo(new Round(7, 0, 0, 0, Set.of()));
    }

    @Test
    void noKeyIsAskedAboutTwiceByRoundsSideBySide() {
        for (int i = 0; i < 30; i++) {
            userWith(Provider.OPENAI);
        }
        List<Round> inner = new ArrayList<>();

        Round outer = round((provider, count) -> {
            if (count == 3) {
                inner.add(round((other, later) -> new Verdict.Valid()));
            }
            return new Verdict.Valid();
        });

        assertThat(outer.valid()).isEqualTo(5);
        assertThat(inner).containsExactly(new Round(25, 0, 0, 0, Set.of()));
    }
}
