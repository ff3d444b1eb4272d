package dev.satchel.judge;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Correct histories at random: workers that die and are replaced, leftovers that are removed, exports side by side. */
final class Histories {

    private final Random random;
    private final List<Event> events = new ArrayList<>();

    private Histories(long seed) {
        random = new Random(seed);
    }

    static List<Event> correct(long seed) {
        Histories histories = new Histories(seed);
        int exports = 1 + histories.random.nextInt(20);
        for (int number = 0; number < exports; number++) {
            histories.add("export-" + number);
        }
        return histories.events;
    }

    private void add(String export) {
        long at = random.nextInt(10_000);
        Content content = new Content(random.nextInt(1_000), random.nextLong());
        // Some systems name an object after the export, others after the attempt.
        boolean isOneName = random.nextBoolean();
        events.add(new Event.Asked(time(at), export, content));
        int failedAttempts = random.nextInt(4);
        for (int attempt = 0; attempt < failedAttempts; attempt++) {
            at = later(at);
            events.add(new Event.Claimed(time(at), export, "worker-" + random.nextInt(3)));
            if (random.nextBoolean()) {
                String object = isOneName ? export : export + "-" + attempt;
                at = later(at);
                events.add(new Event.Visible(time(at), object, new Content(1, 1)));
                if (!isOneName || random.nextBoolean()) {
                    // A sweep may come long after the end.
                    events.add(new Event.Deleted(time(isOneName ? at + 1 : at + 100_000), object));
                    at++;
                }
            }
        }
        String worker = "worker-" + random.nextInt(3);
        String object = isOneName ? export : export + "-last";
        events.add(new Event.Claimed(time(at = later(at)), export, worker));
        events.add(new Event.Visible(time(at = later(at)), object, content));
        events.add(new Event.Published(time(later(at)), export, object, worker));
    }

    private long later(long at) {
        return at + 1 + random.nextInt(1_000);
    }

    private static Instant time(long millis) {
        return Instant.ofEpochMilli(millis);
    }
}
