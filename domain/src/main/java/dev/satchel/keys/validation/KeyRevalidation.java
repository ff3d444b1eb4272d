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
 * The scheduled check: asks the providers about all keys whose check is due, for each key at most once a day.
 *
 * <p>It sends at most five requests per second. After three consecutive answers that ask to wait, it sends that
 * provider no more requests in this round; the provider's other keys stay due. Several rounds may run concurrently, in
 * one or more processes, and never check the same key twice. Safe for use by many threads.
 */
public final class KeyRevalidation {

    /** The least time between two scheduled checks of a key. */
    public static final Duration INTERVAL = Duration.ofDays(1);

    /**
     * The longest random delay added to the interval, so that keys which were set in the same hour are not all checked
     * in the same hour.
     */
    public static final Duration JITTER = Duration.ofHours(6);

    private static final Duration PACE = Duration.ofMillis(200);

    private static final int MOST_REBUFFS = 3;

    // Small, because a key that was claimed and not checked, as after a crash, is due again only after a day.
    private static final int BATCH = 5;

    private final KeyVault vault;
    private final KeyValidation validation;

    public KeyRevalidation(KeyVault vault, ProviderCheck check) {
        this.vault = vault;
        this.validation = new KeyValidation(vault, check);
    }

    /** Waits between requests. */
    @FunctionalInterface
    public interface Pause {

        /** Waits for {@code time} or until the process is told to stop; returns whether it is to stop. */
        boolean isStopped(Duration time);
    }

    /** Checks keys until none is due or {@code pause} says to stop. */
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
     * The result of a round.
     *
     * @param valid the number of keys that their provider accepted
     * @param invalid the number of keys that their provider refused
     * @param unknown the number of keys without a certain answer
     * @param unopened the number of keys that could not be opened, and so were not checked
     * @param leftAlone the providers that got no more requests before the round ended
     */
    public record Round(long valid, long invalid, long unknown, long unopened, Set<Provider> leftAlone) {

        public Round {
            leftAlone = Set.copyOf(leftAlone);
        }
    }

    /** The counts of a running round. */
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
