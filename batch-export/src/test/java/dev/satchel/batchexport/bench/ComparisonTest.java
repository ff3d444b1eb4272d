package dev.satchel.batchexport.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ComparisonTest {

    @Test
    void comparesEachMeasurementWithTheOneBesideIt() {
        Comparison comparison = new Comparison("%,d sessions", 1_000, 1.5);
        comparison.add(1_000_000_000L, 1_200_000_000L);
        comparison.add(4_000_000_000L, 4_000_000_000L);
        comparison.add(2_000_000_000L, 3_200_000_000L);

        assertThat(comparison.ratio()).isEqualTo(1.2);
        assertThat(comparison.toString().replaceAll(" +", " "))
                .isEqualTo("1,000 sessions 500/s without 313/s with 1.20 × (quartiles 1.10–1.40, all 1.00–1.60)"
                        + " aim 1.5 ×: met");
    }

    @Test
    void takesTheMiddleOfAnEvenNumber() {
        Comparison comparison = new Comparison("sessions", 1, 1.5);
        comparison.add(10, 14);
        comparison.add(10, 18);

        assertThat(comparison.ratio()).isEqualTo(1.6);
        assertThat(comparison.toString()).endsWith("missed");
    }

    @Test
    void anAimThatIsJustReachedIsMet() {
        Comparison comparison = new Comparison("sessions", 1, 1.5);
        comparison.add(10, 15);

        assertThat(comparison.toString()).endsWith("met");
    }
}
