package dev.satchel.judge;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says what is wrong with the history of a run that has become quiet.
 *
 * <p>An export is right when it was published once, by the worker that had taken it up last, and the object that was
 * published holds exactly what was asked for, was not written again, and is still there. Every other object must be gone.
 */
public final class Judge {

    private Judge() {}

    /**
     * Everything that is wrong, at most one finding for each export and verdict. The order of the events does not matter:
     * their times do.
     *
     * @throws IllegalArgumentException if an export was claimed or published that nobody asked for; then the witnesses are
     *     wrong, or the run did not begin with an empty table
     */
    public static List<Finding> judge(Collection<? extends Event> history) {
        Trial trial = new Trial();
        history.stream().sorted(Comparator.comparing(Event::at)).forEach(event -> event.tell(trial));
        return trial.findings();
    }

    private static final class Trial implements Event.Listener {

        private final Map<String, Case> cases = new LinkedHashMap<>();
        private final Map<String, List<Event.Visible>> written = new HashMap<>();
        private final Map<String, Content> present = new LinkedHashMap<>();

        @Override
        public void on(Event.Asked asked) {
            cases.put(asked.export(), new Case(asked.content()));
        }

        @Override
        public void on(Event.Claimed claimed) {
            of(claimed.export()).worker = claimed.worker();
        }

        @Override
        public void on(Event.Visible visible) {
            written.computeIfAbsent(visible.object(), object -> new ArrayList<>())
                    .add(visible);
            present.put(visible.object(), visible.content());
        }

        @Override
        public void on(Event.Published published) {
            Case export = of(published.export());
            if (export.worker != null && !export.worker.equals(published.worker())) {
                export.late.add("published by " + published.worker() + " after " + export.worker + " had taken it up");
            }
            export.publications.add(published);
        }

        @Override
        public void on(Event.GivenUp givenUp) {
            of(givenUp.export()).isGivenUp = true;
        }

        @Override
        public void on(Event.Deleted deleted) {
            present.remove(deleted.object());
        }

        private Case of(String export) {
            Case found = cases.get(export);
            if (found == null) {
                throw new IllegalArgumentException("nobody asked for the export " + export);
            }
            return found;
        }

        List<Finding> findings() {
            List<Finding> findings = new ArrayList<>();
            Set<String> files = new HashSet<>();
            cases.forEach((id, export) -> {
                if (export.publications.isEmpty()) {
                    findings.add(
                            export.isGivenUp
                                    ? new Finding(Verdict.LOST, id, "given up")
                                    : new Finding(Verdict.STUCK, id, "neither done nor given up"));
                    return;
                }
                Event.Published last = export.publications.get(export.publications.size() - 1);
                files.add(last.object());
                if (export.publications.size() > 1) {
                    findings.add(
                            new Finding(Verdict.DOUBLED, id, "published " + export.publications.size() + " times"));
                }
                examineFile(id, export, last.object(), findings);
                examineOrder(id, export, findings);
            });
            present.keySet().stream()
                    .filter(object -> !files.contains(object))
                    .forEach(
                            object -> findings.add(new Finding(Verdict.ORPHANED, object, "not the file of an export")));
            return findings;
        }

        private void examineFile(String id, Case export, String object, List<Finding> findings) {
            Content content = present.get(object);
            if (content == null) {
                findings.add(new Finding(Verdict.LOST, id, "done, but " + object + " is not there"));
            } else if (!content.equals(export.content)) {
                findings.add(new Finding(
                        Verdict.TRUNCATED, id, "asked for " + export.content + ", found " + content + " in " + object));
            }
        }

        private void examineOrder(String id, Case export, List<Finding> findings) {
            List<String> late = new ArrayList<>(export.late);
            for (Event.Published published : export.publications) {
                Instant since = published.at();
                written.getOrDefault(published.object(), List.of()).stream()
                        .filter(visible -> visible.at().isAfter(since))
                        .findFirst()
                        .ifPresent(visible -> late.add(visible.object() + " was written again " + visible.at()
                                + ", after it was published " + since));
            }
            if (!late.isEmpty()) {
                findings.add(new Finding(Verdict.STALE_WRITE, id, String.join("; ", late)));
            }
        }
    }

    private static final class Case {

        private final Content content;
        private final List<Event.Published> publications = new ArrayList<>();
        private final List<String> late = new ArrayList<>();
        private @Nullable String worker;
        private boolean isGivenUp;

        Case(Content content) {
            this.content = content;
        }
    }
}
