package dev.satchel.export;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Asks again for what failed exports asked for. The failed ones stay as the record of what happened. */
public final class RepeatedRequests {

    private final ExportHistory history;

    public RepeatedRequests(ExportHistory history) {
        this.history = history;
    }

    /**
     * Makes sure that asking again can help where an export failed with that code.
     *
     * @throws IllegalArgumentException if the same would fail again, or was not wanted
     */
    public static void requireUseful(Failure.Code code) {
        if (code == Failure.Code.INVALID_REQUEST) {
            throw new IllegalArgumentException(
                    "what failed with " + code.code() + " would fail again: ask for what exists");
        }
        if (code == Failure.Code.CANCELLED) {
            throw new IllegalArgumentException(
                    "what was " + code.code() + " was not wanted any more: name the ids of those to ask for again");
        }
    }

    /**
     * Asks again for each of these exports, and for every export that failed with one of these codes. In one transaction of
     * the caller nothing is asked for where one of them is refused.
     *
     * @return those that were added, or were under way already for the same, and those that failed with one of the codes and
     *     were left
     * @throws NotRepeatableException if one of the exports did not fail, or would fail again
     */
    public ExportHistory.RequestedAgain request(List<UUID> ids, List<Failure.Code> codes) {
        List<UUID> again = new ArrayList<>();
        List<UUID> tooMany = new ArrayList<>();
        List<UUID> impossible = new ArrayList<>();
        ids.forEach(id -> again.add(request(id)));
        for (Failure.Code code : codes) {
            requireUseful(code);
            ExportHistory.RequestedAgain answer = history.requestAgain(code);
            again.addAll(answer.added());
            tooMany.addAll(answer.tooMany());
            impossible.addAll(answer.impossible());
        }
        return new ExportHistory.RequestedAgain(again, tooMany, impossible);
    }

    private UUID request(UUID id) {
        try {
            return history.requestAgain(id)
                    .orElseThrow(() -> new NotRepeatableException(
                            "no export with the id " + id + " failed",
                            "'satchel export show " + id + "' says what it is"))
                    .id();
        } catch (IllegalArgumentException impossible) {
            throw new NotRepeatableException(
                    "export " + id + " would fail again", String.valueOf(impossible.getMessage()));
        }
    }
}
