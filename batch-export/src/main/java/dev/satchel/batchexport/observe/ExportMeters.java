package dev.satchel.batchexport.observe;

import dev.satchel.delivery.Delivery;
import dev.satchel.delivery.DeliveryListener;
import dev.satchel.export.Export;
import dev.satchel.export.ExportFormat;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Counts the attempts of runs by outcome and format, and the bytes and rows of the files that were published. Safe for
 * use by many threads.
 *
 * <p>Every counter exists from the start, so that a rate over it is zero and not unknown before the first attempt.
 */
public final class ExportMeters implements DeliveryListener {

    /** The format of an attempt whose outcome does not name its request. */
    private static final String UNKNOWN = "unknown";

    private static final Set<Outcome> WITHOUT_REQUEST =
            EnumSet.of(Outcome.LEASE_LOST, Outcome.UNCONFIRMED, Outcome.ABANDONED, Outcome.REFUSED);

    private final Map<Outcome, Map<ExportFormat, Counter>> known = new EnumMap<>(Outcome.class);
    private final Map<Outcome, Counter> unknown = new EnumMap<>(Outcome.class);
    private final Counter bytes;
    private final Counter rows;
    private final Counter staleWrites;

    public ExportMeters(MeterRegistry registry) {
        for (Outcome outcome : Outcome.values()) {
            if (WITHOUT_REQUEST.contains(outcome)) {
                unknown.put(outcome, attempts(registry, outcome, UNKNOWN));
                continue;
            }
            Map<ExportFormat, Counter> byFormat = new EnumMap<>(ExportFormat.class);
            for (ExportFormat format : ExportFormat.values()) {
                byFormat.put(format, attempts(registry, outcome, format.code()));
            }
            known.put(outcome, byFormat);
        }
        this.bytes = Counter.builder("satchel.export.bytes")
                .description("Bytes of the published files")
                .register(registry);
        this.rows = Counter.builder("satchel.export.rows")
                .description("Rows in the published files")
                .register(registry);
        this.staleWrites = Counter.builder("satchel.stale.writes.refused")
                .description("Attempts whose writes were refused, because their worker no longer held the lease")
                .register(registry);
    }

    private static Counter attempts(MeterRegistry registry, Outcome outcome, String format) {
        return Counter.builder("satchel.exports")
                .description("Attempts to deliver an export, by outcome and format")
                .tag("outcome", outcome.tag())
                .tag("format", format)
                .register(registry);
    }

    private void count(Outcome outcome, @Nullable Export export) {
        Counter counter = export == null
                ? unknown.get(outcome)
                : known.getOrDefault(outcome, Map.of()).get(export.request().format());
        if (counter != null) {
            counter.increment();
        }
    }

    @Override
    public void delivered(Delivery.Delivered delivery) {
        count(Outcome.DELIVERED, delivery.export());
        bytes.increment((double) delivery.export().file().bytes());
        rows.increment((double) delivery.export().file().recordCount());
    }

    @Override
    public void retried(Delivery.Retried delivery) {
        count(Outcome.RETRIED, delivery.export());
    }

    @Override
    public void postponed(Delivery.Postponed delivery) {
        count(Outcome.POSTPONED, delivery.export());
    }

    @Override
    public void failed(Delivery.Failed delivery) {
        count(Outcome.FAILED, delivery.export());
    }

    @Override
    public void released(Delivery.Released delivery) {
        count(Outcome.RELEASED, delivery.export());
    }

    @Override
    public void leaseLost(Delivery.LeaseLost delivery) {
        count(Outcome.LEASE_LOST, null);
        staleWrites.increment();
    }

    @Override
    public void cancelled(Delivery.Cancelled delivery) {
        count(Outcome.CANCELLED, delivery.export());
    }

    @Override
    public void unconfirmed(Delivery.Unconfirmed delivery) {
        count(Outcome.UNCONFIRMED, null);
    }

    @Override
    public void abandoned(Delivery.Abandoned delivery) {
        count(Outcome.ABANDONED, null);
    }

    @Override
    public void refused(Delivery.Refused delivery) {
        count(Outcome.REFUSED, null);
    }
}
