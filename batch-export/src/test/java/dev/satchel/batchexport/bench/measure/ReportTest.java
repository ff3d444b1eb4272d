package dev.satchel.batchexport.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ReportTest {

    private static Measurement measured(int round, String contestant, double seconds) {
        return new Measurement(
                round,
                contestant,
                "nothing",
                10,
                1_000,
                2_000_000,
                new Cost(seconds, seconds / 2, OptionalDouble.of(seconds / 4)));
    }

    private static final Report REPORT = new Report(List.of(
            measured(1, "ours", 2),
            measured(1, "peer", 4),
            measured(2, "peer", 8),
            measured(2, "ours", 8),
            measured(3, "ours", 4),
            measured(3, "peer", 16)));

    @Test
    void showsTheMediansOfAContestant() {
        assertThat(REPORT.table())
                .last()
                .asString()
                .matches("peer +nothing +8.000 +6.000–12.000 +125 +0 +4.00 +2.00 +250");
    }

    @Test
    void comparesTheMeasurementsOfTheSameRound() {
        assertThat(REPORT.ratios(List.of(
                        new Report.Ratio("ours", "nothing", "peer", "nothing", Report.Aim.atMost(0.5)),
                        new Report.Ratio("peer", "nothing", "ours", "nothing", Report.Aim.atLeast(5)),
                        new Report.Ratio("ours", "s3", "peer", "nothing", Report.Aim.NONE))))
                .extracting(line -> line.replaceAll(" +", " "))
                .containsExactly(
                        "ours to nothing takes 0.50 × of peer to nothing (quartiles 0.38–0.75, all 0.25–1.00)"
                                + " aim at most 0.50 ×: met",
                        "peer to nothing takes 2.00 × of ours to nothing (quartiles 1.50–3.00, all 1.00–4.00)"
                                + " aim at least 5.00 ×: missed");
    }

    @Test
    void saysWhatItDoesNotKnowOfTheServer() {
        Report report = new Report(
                List.of(new Measurement(1, "ours", "nothing", 1, 1, 1, new Cost(1, 1, OptionalDouble.empty()))));

        assertThat(report.table()).last().asString().contains(" unknown ");
    }

    @Test
    void showsExportsPerSecond() {
        assertThat(REPORT.exportsPerSecond())
                .last()
                .asString()
                .matches("peer to nothing +1.3 exports/s \\(quartiles 0.9–1.9\\)");
    }
}
