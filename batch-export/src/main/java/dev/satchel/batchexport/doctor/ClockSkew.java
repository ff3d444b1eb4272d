package dev.satchel.batchexport.doctor;

import dev.satchel.batchexport.doctor.finding.Finding;
import dev.satchel.batchexport.doctor.finding.Words;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How far the clock of this machine is from that of the database's server. */
final class ClockSkew {

    private static final String CHECK = "clock skew";
    private static final String NOW = "SELECT clock_timestamp()";

    private static final Duration NOTICEABLE = Duration.ofSeconds(5);

    /** From here on S3 and AWS KMS refuse what is signed. */
    private static final Duration REFUSED = Duration.ofMinutes(15);

    private ClockSkew() {}

    static Finding look(JdbcClient jdbc, Clock clock) {
        Instant before = clock.instant();
        Instant server = jdbc.sql(NOW).query(OffsetDateTime.class).single().toInstant();
        Instant after = clock.instant();
        // As if the server had answered in the middle; half of the way there and back is not known.
        Duration unknown = Duration.between(before, after).dividedBy(2);
        Duration skew = Duration.between(before.plus(unknown), server);
        Duration certain = skew.abs().minus(unknown);
        if (certain.compareTo(NOTICEABLE) < 0) {
            return Finding.ok(CHECK, "this machine and the server differ by less than 5 seconds");
        }
        String found = "the clock of this machine is " + Words.time(skew.abs())
                + (skew.isNegative() ? " ahead of" : " behind") + " that of the server";
        String remedy = "Let both machines keep time (chrony, systemd-timesyncd).";
        return certain.compareTo(REFUSED) < 0
                ? Finding.warning(CHECK, found, remedy + " Leases and expiries follow the server's clock alone.")
                : Finding.failed(
                        CHECK, found, remedy + " S3 and AWS KMS refuse requests that are signed 15 minutes off.");
    }
}
