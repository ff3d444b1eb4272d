package dev.satchel.batchexport.observe;

import dev.satchel.batchexport.observe.trace.Span;
import dev.satchel.keys.ApiKey;
import dev.satchel.keys.Provider;
import dev.satchel.keys.Validity;
import dev.satchel.keys.Verdict;
import dev.satchel.keys.validation.ProviderCheck;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Counts the answers of providers by provider and verdict, and observes each question as {@code satchel.key.check}. */
public final class ObservedProviderCheck implements ProviderCheck {

    private final ProviderCheck check;
    private final ObservationRegistry observations;
    private final Map<Provider, Map<Validity, Counter>> answers;

    public ObservedProviderCheck(ProviderCheck check, MeterRegistry meters, ObservationRegistry observations) {
        this.check = check;
        this.observations = observations;
        this.answers = answers(meters);
    }

    static Map<Provider, Map<Validity, Counter>> answers(MeterRegistry meters) {
        Map<Provider, Map<Validity, Counter>> answers = new EnumMap<>(Provider.class);
        for (Provider provider : Provider.values()) {
            Map<Validity, Counter> byVerdict = new EnumMap<>(Validity.class);
            for (Validity verdict : Validity.values()) {
                byVerdict.put(
                        verdict,
                        Counter.builder("satchel.key.checks")
                                .description("Answers of providers about keys, by provider and verdict")
                                .tag("provider", provider.code())
                                .tag("verdict", tag(verdict))
                                .register(meters));
            }
            answers.put(provider, byVerdict);
        }
        return answers;
    }

    @Override
    public Verdict check(Provider provider, ApiKey key) {
        Span span = Span.open(
                observations,
                () -> Observation.createNotStarted("satchel.key.check", observations)
                        .contextualName("key check")
                        .lowCardinalityKeyValue("provider", provider.code()));
        Validity validity = Validity.UNKNOWN;
        try {
            Verdict verdict = check.check(provider, key);
            validity = verdict.validity();
            Counter counter = answers.getOrDefault(provider, Map.of()).get(validity);
            if (counter != null) {
                counter.increment();
            }
            return verdict;
        } finally {
            span.end("verdict", tag(validity));
        }
    }

    private static String tag(Validity verdict) {
        return verdict.name().toLowerCase(Locale.ROOT);
    }
}
