package dev.satchel.keys;

import static dev.satchel.keys.Provider.ANTHROPIC;
import static dev.satchel.keys.Provider.OPENAI;
import static dev.satchel.keys.Provider.UNSPLASH;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** How every {@link KeyVault} hands out keys to be checked, and records what the check proved. */
public abstract class KeyCheckContract extends KeyVaultContract {

    @Nested
    class Recording {

        @Test
        void aValidKeyMovesTheTime() {
            set(user, OPENAI, "openai");

            assertThat(vault.record(user, OPENAI, stored(OPENAI), new Verdict.Valid()))
                    .isTrue();

            assertThat(status(OPENAI).validity()).isEqualTo(Validity.VALID);
            assertThat(status(OPENAI).lastValidatedAt()).isNotNull();
            assertThat(status(OPENAI).lastCheckedAt()).isEqualTo(status(OPENAI).lastValidatedAt());
            assertThat(status(ANTHROPIC)).isEqualTo(KeyStatus.notSet(ANTHROPIC));
        }

        @Test
        void anAnswerThatProvesNothingMovesNothing() {
            set(user, OPENAI, "openai");
            vault.record(user, OPENAI, stored(OPENAI), new Verdict.Valid());
            KeyStatus before = status(OPENAI);
            world.letPass(DAY);

            vault.record(user, OPENAI, stored(OPENAI), new Verdict.Unknown("the provider is busy", Duration.ZERO));

            KeyStatus after = status(OPENAI);
            assertThat(after.validity()).isEqualTo(Validity.VALID);
            assertThat(after.lastValidatedAt()).isBeforeOrEqualTo(before.lastValidatedAt());
            assertThat(after.lastCheckedAt()).isAfter(after.lastValidatedAt());
            assertThat(world.isActive(user)).isTrue();
        }

        @Test
        void anOutageDoesNotMakeAnInvalidKeyGood() {
            set(user, OPENAI, "openai");
            vault.record(user, OPENAI, stored(OPENAI), new Verdict.Invalid("the provider does not know it"));

            vault.record(user, OPENAI, stored(OPENAI), new Verdict.Unknown("the provider is busy", Duration.ZERO));

            assertThat(status(OPENAI).validity()).isEqualTo(Validity.INVALID);
            assertThat(world.isActive(user)).isFalse();
        }

        @Test
        void aRowIsInactiveOnlyWhenAllItsKeysAreInvalid() {
            set(user, OPENAI, "openai");
            set(user, ANTHROPIC, "anthropic");

            vault.record(user, OPENAI, stored(OPENAI), new Verdict.Invalid("the provider does not know it"));
            assertThat(world.isActive(user)).isTrue();
            vault.record(user, ANTHROPIC, stored(ANTHROPIC), new Verdict.Invalid("the provider does not know it"));
            assertThat(world.isActive(user)).isFalse();

            vault.record(user, OPENAI, stored(OPENAI), new Verdict.Valid());
            assertThat(world.isActive(user)).isTrue();
        }

        @Test
        void aVerdictOnAReplacedKeyIsDropped() {
            set(user, OPENAI, "first");
            SealedKey first = stored(OPENAI);
            set(user, OPENAI, "second");

            assertThat(vault.record(user, OPENAI, first, new Verdict.Invalid("the provider does not know it")))
                    .isFalse();

            assertThat(status(OPENAI).validity()).isEqualTo(Validity.UNKNOWN);
            assertThat(world.isActive(user)).isTrue();
            vault.remove(user, OPENAI);
            assertThat(vault.record(user, OPENAI, first, new Verdict.Valid())).isFalse();
        }
    }

    @Nested
    class Claiming {

        private KeyVault.DueKey openai;

        @BeforeEach
        void name() {
            openai = new KeyVault.DueKey(user, OPENAI);
        }

        @Test
        void aNewKeyIsDueAtOnceAndThenADayLater() {
            set(user, OPENAI, "openai");

            assertThat(vault.claimForCheck(EVERY_PROVIDER, DAY, Duration.ZERO, 10))
                    .containsExactly(openai);
            assertThat(vault.claimForCheck(EVERY_PROVIDER, DAY, Duration.ZERO, 10))
                    .isEmpty();
            world.letPass(DAY.minusMinutes(1));
            assertThat(vault.claimForCheck(EVERY_PROVIDER, DAY, Duration.ZERO, 10))
                    .isEmpty();
            world.letPass(Duration.ofMinutes(1));
            assertThat(vault.claimForCheck(EVERY_PROVIDER, DAY, Duration.ZERO, 10))
                    .containsExactly(openai);
        }

        @Test
        void aKeyCheckedByHandIsLeftAloneForADay() {
            set(user, OPENAI, "openai");
            vault.record(user, OPENAI, stored(OPENAI), new Verdict.Valid());

            assertThat(vault.claimForCheck(EVERY_PROVIDER, DAY, Duration.ZERO, 10))
                    .isEmpty();
            world.letPass(DAY);
            assertThat(vault.claimForCheck(EVERY_PROVIDER, DAY, Duration.ZERO, 10))
                    .containsExactly(openai);
        }

        @Test
        void takesNoMoreThanAskedFor() {
            set(user, OPENAI, "openai");
            set(user, ANTHROPIC, "anthropic");
            set(user, UNSPLASH, "unsplash");

            List<KeyVault.DueKey> claimed = new ArrayList<>(vault.claimForCheck(EVERY_PROVIDER, DAY, DAY, 2));
            assertThat(claimed).hasSize(2);
            claimed.addAll(vault.claimForCheck(EVERY_PROVIDER, DAY, DAY, 2));

            assertThat(claimed)
                    .containsExactlyInAnyOrder(
                            openai, new KeyVault.DueKey(user, ANTHROPIC), new KeyVault.DueKey(user, UNSPLASH));
        }

        @Test
        void takesKeysOfTheProvidersAskedForAlone() {
            set(user, OPENAI, "openai");
            set(user, UNSPLASH, "unsplash");

            assertThat(vault.claimForCheck(EnumSet.of(ANTHROPIC, OPENAI), DAY, DAY, 10))
                    .containsExactly(openai);
            assertThat(vault.claimForCheck(EnumSet.noneOf(Provider.class), DAY, DAY, 10))
                    .isEmpty();
            assertThat(vault.claimForCheck(EnumSet.of(UNSPLASH), DAY, DAY, 10))
                    .containsExactly(new KeyVault.DueKey(user, UNSPLASH));
        }

        @Test
        void aRemovedKeyIsNeverDue() {
            set(user, OPENAI, "openai");
            vault.remove(user, OPENAI);

            assertThat(vault.claimForCheck(EVERY_PROVIDER, DAY, Duration.ZERO, 10))
                    .isEmpty();
        }
    }
}
