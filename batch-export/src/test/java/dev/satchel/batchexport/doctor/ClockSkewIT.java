package dev.satchel.batchexport.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.doctor.finding.Finding;
import dev.satchel.batchexport.doctor.finding.Finding.Verdict;
import dev.satchel.migrations.SampleDatabase;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class ClockSkewIT {

    @AutoClose
    private final SampleDatabase database = SampleDatabase.createEmpty();

    @Test
    void judgesAClockByItsDistanceFromTheServer() {
        assertThat(found(Duration.ZERO).verdict()).isEqualTo(Verdict.OK);

        Finding ahead = found(Duration.ofMinutes(10));
        assertThat(ahead.verdict()).isEqualTo(Verdict.WARNING);
        assertThat(ahead.found()).contains("ahead of");

        Finding behind = found(Duration.ofHours(-3));
        assertThat(behind.verdict()).isEqualTo(Verdict.FAILED);
        assertThat(behind.found()).contains("behind");
        assertThat(behind.remedy()).contains("S3");
    }

    private Finding found(Duration off) {
        return ClockSkew.look(JdbcClient.create(database.ownerDataSource()), Clock.offset(Clock.systemUTC(), off));
    }
}
