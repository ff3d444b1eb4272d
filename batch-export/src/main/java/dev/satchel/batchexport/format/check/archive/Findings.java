package dev.satchel.batchexport.format.check.archive;

import dev.satchel.batchexport.format.check.Difference;
import dev.satchel.batchexport.format.check.Difference.Kind;
import java.util.ArrayList;
import java.util.List;

/** The differences that were found. Keeps the first of them, so that a file of many names cannot fill the memory. Used by one thread. */
final class Findings {

    private static final int MOST = 1_000;
    private static final int LONGEST_NAME = 100;

    private final List<Difference> kept = new ArrayList<>();
    private long more;

    /**
     * Adds a difference.
     *
     * @param of a dataset or a file; cut off, because names may come from the file
     */
    void add(Kind kind, String of, String recorded, String found) {
        if (kept.size() < MOST) {
            kept.add(new Difference(kind, shown(of), recorded, found));
        } else {
            more++;
        }
    }

    /** Adds a difference if the two values are not the same. */
    void compare(Kind kind, String of, String recorded, String found) {
        if (!recorded.equals(found)) {
            add(kind, of, recorded, found);
        }
    }

    /** Adds a difference with that text if the two values are not the same. */
    void compare(Kind kind, String of, String recorded, String other, String found) {
        if (!recorded.equals(other)) {
            add(kind, of, recorded, found);
        }
    }

    private static String shown(String name) {
        return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + "…";
    }

    List<Difference> differences() {
        List<Difference> all = new ArrayList<>(kept);
        if (more > 0) {
            all.add(new Difference(Kind.CONTENT, "", MOST + " differences at most", more + " more"));
        }
        return all;
    }
}
