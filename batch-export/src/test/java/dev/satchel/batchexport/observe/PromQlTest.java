package dev.satchel.batchexport.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PromQlTest {

    @Test
    void findsMetricsLabelsAndGroupings() {
        PromQl query =
                PromQl.parse("histogram_quantile(0.95, sum by (le, format) (rate(a_bucket{x=\"1|2\",y!=\"\"}[5m])))"
                        + " / clamp_min(max(b), 1) > 1e3 and time() - c_seconds{z=~\"q\"} < 2");

        assertThat(query.selectors())
                .containsExactly(
                        new PromQl.Selector("a_bucket", Map.of("x", Set.of("1", "2"), "y", Set.of(""))),
                        new PromQl.Selector("b", Map.of()),
                        new PromQl.Selector("c_seconds", Map.of("z", Set.of("q"))));
        assertThat(query.groupings()).containsExactly("format", "le");
    }

    @Test
    void refusesAMisspeltFunctionAndWhatItCannotRead() {
        assertThatIllegalArgumentException().isThrownBy(() -> PromQl.parse("summ(a)"));
        assertThatIllegalArgumentException().isThrownBy(() -> PromQl.parse("a ? b"));
    }
}
