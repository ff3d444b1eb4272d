package example.broken.postgres;

import java.time.Instant;
import org.springframework.context.ApplicationContext;

/** Breaks every rule of the adapter, so that a test can see each of them bite. */
public class TellsTheTime {

    public Instant startedAt(ApplicationContext context) {
        return context.getStartupDate() > 0 ? Instant.now() : Instant.EPOCH;
    }
}
