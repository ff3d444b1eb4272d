package dev.satchel.batchexport.run;

import dev.satchel.delivery.DeliverExport;
import dev.satchel.delivery.RetryPolicy;
import dev.satchel.record.Dataset;
import dev.satchel.record.DatasetCatalogue;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How exports are delivered and how long they stay.
 *
 * @param retention how long a delivered file stays
 * @param lease how long a worker may be silent before its exports are taken back
 * @param attempts how often an export is tried in all
 * @param stopGrace how long a worker that is told to stop goes on with the exports it has begun
 * @param orphanGrace how long clean-up leaves an object alone that no export points to
 * @param acceptHidden the datasets that may lack what row security hides from their own user, each with the reason, such
 *     as 'sessions: only with a second factor; qa: …'
 * @param historyRetention how long exports that are over stay in the database before clean-up moves them to files; for
 *     ever when left out
 */
@ConfigurationProperties("satchel.export")
public record ExportSettings(
        @DefaultValue("7d") Duration retention,
        @DefaultValue("60s") Duration lease,
        @DefaultValue("5") int attempts,
        @DefaultValue("20s") Duration stopGrace,
        @DefaultValue("24h") Duration orphanGrace,
        @DefaultValue("") String acceptHidden,
        @Nullable Duration historyRetention) {

    private static final Duration SHORTEST_LEASE = Duration.ofSeconds(3);

    /** Longer than a snapshot may be read, and than a request to a store may take: then nothing is waited for any more. */
    private static final Duration PATIENCE = Duration.ofMinutes(70);

    /** Longer than the hour that limits requests are counted in. */
    public static final Duration SHORTEST_HISTORY = Duration.ofDays(1);

    private static final int LEASES_OF_OUTAGE = 5;

    private static final int LONGEST_REASON = 200;

    /** The settings where nothing is set. */
    public static final ExportSettings DEFAULT = new ExportSettings(
            Duration.ofDays(7), Duration.ofSeconds(60), 5, Duration.ofSeconds(20), Duration.ofHours(24), "", null);

    public ExportSettings {
        acceptedGaps(acceptHidden);
        atLeast("retention", retention, Duration.ofSeconds(1));
        atLeast("lease", lease, SHORTEST_LEASE);
        atLeast("stop-grace", stopGrace, Duration.ZERO);
        atLeast("orphan-grace", orphanGrace, lease.multipliedBy(2));
        if (historyRetention != null) {
            atLeast("history-retention", historyRetention, SHORTEST_HISTORY);
        }
        if (attempts < 1 || attempts > 100) {
            throw new IllegalArgumentException(
                    "satchel.export.attempts must be a whole number from 1 to 100, was " + attempts);
        }
    }

    private static Map<String, String> acceptedGaps(String text) {
        Map<String, String> reasons = new LinkedHashMap<>();
        for (String part : text.isBlank() ? new String[0] : text.split(";", -1)) {
            int colon = part.indexOf(':');
            String reason = colon < 0 ? "" : part.substring(colon + 1).strip();
            if (reason.isEmpty() || reason.length() > LONGEST_REASON) {
                throw new IllegalArgumentException(
                        "satchel.export.accept-hidden must name datasets, each with a reason of"
                                + " at most " + LONGEST_REASON
                                + " characters, such as 'sessions: only with a second factor',"
                                + " was '" + part.strip() + "'");
            }
            reasons.put(part.substring(0, colon).strip(), reason);
        }
        return reasons;
    }

    private static void atLeast(String name, Duration value, Duration least) {
        if (value.compareTo(least) < 0) {
            throw new IllegalArgumentException("satchel.export." + name + " must be at least " + least.toSeconds()
                    + "s, was " + value.toMillis() + "ms");
        }
    }

    /**
     * The settings under which exports of these datasets are delivered. Without a dataset that may lack records, nothing is
     * asked of them.
     *
     * @throws IllegalArgumentException if a dataset that may lack records does not exist
     */
    public DeliverExport.Settings settings(Supplier<DatasetCatalogue> catalogue) {
        Map<Dataset, String> reasons = new HashMap<>();
        acceptedGaps(acceptHidden)
                .forEach((name, reason) -> reasons.put(
                        catalogue
                                .get()
                                .find(name)
                                .orElseThrow(() ->
                                        new IllegalArgumentException("satchel.export.accept-hidden names the dataset '"
                                                + name + "', which does not exist: expected one of "
                                                + catalogue.get().names())),
                        reason));
        return new DeliverExport.Settings(lease, lease.dividedBy(4), PATIENCE, retention, reasons);
    }

    /** How long a run that does not watch waits for a database or a store that may come back by itself. */
    Duration outagePatience() {
        return lease.multipliedBy(LEASES_OF_OUTAGE);
    }

    RetryPolicy retries() {
        return new RetryPolicy(attempts, RetryPolicy.DEFAULT.base(), RetryPolicy.DEFAULT.cap());
    }
}
