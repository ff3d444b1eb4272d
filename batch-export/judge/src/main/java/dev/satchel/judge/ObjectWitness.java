package dev.satchel.judge;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Notes which objects appear, change and disappear between two looks at a store.
 *
 * <p>What was written and deleted again between two looks is not seen. What was written over is, by the time at which the
 * store says that the object was written. Contents are read at the end, because an object only counts as it stays.
 */
public final class ObjectWitness {

    private final Listing listing;
    private final Function<byte[], Content> reader;
    private final List<Sighting> seen = new ArrayList<>();
    private final List<Event> deleted = new ArrayList<>();
    private final Map<String, Listing.Entry> present = new HashMap<>();
    private Instant lastLook = Instant.MIN;

    /** Watches a store; {@code reader} says which records the bytes of a file hold. */
    public ObjectWitness(Listing listing, Function<byte[], Content> reader) {
        this.listing = listing;
        this.reader = reader;
    }

    /** Looks at the store. */
    public void look() throws IOException {
        Instant now = Instant.now();
        Set<String> found = new HashSet<>();
        for (Listing.Entry entry : listing.entries()) {
            found.add(entry.object());
            Listing.Entry before = present.put(entry.object(), entry);
            if (!entry.equals(before)) {
                seen.add(new Sighting(
                        entry.object(), entry.writtenAt().isAfter(lastLook) ? entry.writtenAt() : lastLook));
            }
        }
        present.keySet().removeIf(object -> {
            boolean isGone = !found.contains(object);
            if (isGone) {
                deleted.add(new Event.Deleted(now, object));
            }
            return isGone;
        });
        lastLook = now;
    }

    /** Looks once more, and returns everything that was seen. */
    public List<Event> events() throws IOException {
        look();
        List<Event> events = new ArrayList<>(deleted);
        Map<String, Content> contents = new HashMap<>();
        for (String object : present.keySet()) {
            Optional<byte[]> bytes = listing.read(object);
            contents.put(object, bytes.map(reader).orElse(Content.NONE));
        }
        for (Sighting sighting : seen) {
            events.add(new Event.Visible(
                    sighting.at(), sighting.object(), contents.getOrDefault(sighting.object(), Content.NONE)));
        }
        return events;
    }

    // Stores round their times down, to whole seconds even. What the last look did not find was written after it.
    private record Sighting(String object, Instant at) {}
}
