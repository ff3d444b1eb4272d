package dev.satchel.keys.validation;

import dev.satchel.keys.KeyVault;
import dev.satchel.keys.Provider;
import dev.satchel.keys.Validity;
import dev.satchel.keys.Verdict;
import dev.satchel.keys.encryption.BrokenSealException;
import dev.satchel.keys.encryption.UnknownKeyEncryptionKeyException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The scheduled round: asks the providers about every key that is due, which each key is at most once a day.
 *
 * <p>It goes gently: at most five questions a second, and a provider is left alone for the rest of the round after three
 * answers in a row that say so; its other keys stay due. Any number of rounds may run side by side, in any number of
 * processes, and no two ask about the same key. Safe for use by many threads.
 */
public final class KeyRevalidation {

    /** The least time between two scheduled questions about one key. */
    public static final Duration INTERVAL = Duration.ofDays(1);

    /** Up to so much later, at random, so that keys set in one hour are not all asked about in one hour. */
    public static final Duration JITTER = Duration.ofHours(6);

    private static final Duration PACE = Duration.ofMillis(200);

    private static final int MOST_REBUFFS = 3;

    // Few: what was claimed and not asked about, because the process ended or the provider is left alone, waits a day.
    private static final int BATCH = 5;

    private final KeyVault vault;
    private final KeyValidation validation;

    public KeyRevalidation(KeyVault vault, ProviderCheck check) {
        this.vault = vault;
        this.validation = new KeyValidation(vault, check);
    }

    /** Keeps the pace. */
    @FunctionalInterface
    public interface Pause {

        /** Waits for that long, or until told to stop; says whether it was. */
        boolean isStopped(Duration time);
    }

    /** Asks about every key that is due, until none is or it is told to stop. */
    public Round validateDue(Pause pause) {
        Tally tally = new Tally();
        Duration wait = Duration.ZERO;
        while (true) {
            List<KeyVault.DueKey> batch = vault.claimForCheck(tally.asked, INTERVAL, JITTER, BATCH);
            if (batch.isEmpty()) {
                return tally.round();
            }
            for (KeyVault.DueKey due : batch) {
                if (tally.asked.contains(due.provider())) {
                    if (pause.isStopped(wait)) {
                        return tally.round();
                    }
                    validate(due, tally);
                    wait = PACE;
                }
            }
        }
    }

    private void validate(KeyVault.DueKey due, Tally tally) {
        try {
            Optional<Verdict> verdict = validation.validate(due.user(), due.provider());
            verdict.ifPresent(answer -> tally.add(due.provider(), answer));
        } catch (BrokenSealException | UnknownKeyEncryptionKeyException e) {
            tally.unopened++;
        }
    }

    /**
     * What came of a round.
     *
     * @param valid keys that their provider accepted
     * @param invalid keys that their provider refused
     * @param unknown keys about which nothing was proved
     * @param unopened keys that could not be opened, and so were not asked about
     * @param leftAlone the providers that were left alone before the round ended
     */
    public record Round(long valid, long invalid, long unknown, long unopened, Set<Provider> leftAlone) {

        public Round {
            leftAlone = Set.copyOf(leftAlone);
        }
    }

    /** What came of a round so far. */
    private static final class Tally {

        final EnumSet<Provider> asked = EnumSet.allOf(Provider.class);
        private final Map<Provider, Integer> rebuffs = new EnumMap<>(Provider.class);
        private final Map<Validity, Long> answers = new EnumMap<>(Validity.class);
        long unopened;

        void add(Provider provider, Verdict answer) {
            answers.merge(answer.validity(), 1L, Long::sum);
            boolean isRebuff = answer instanceof Verdict.Unknown unknown
                    && !unknown.retryAfter().isZero();
            if (!isRebuff) {
                rebuffs.remove(provider);
            } else if (rebuffs.merge(provider, 1, Integer::sum) == MOST_REBUFFS) {
                asked.remove(provider);
            }
        }

        Round round() {
            return new Round(
                    answers.getOrDefault(Validity.VALID, 0L),
                    answers.getOrDefault(Validity.INVALID, 0L),
                    answers.getOrDefault(Validity.UNKNOWN, 0L),
                    unopened,
                    EnumSet.complementOf(asked));
        }
    }
}
