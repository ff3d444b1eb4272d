package dev.satchel.postgres.dataset;

import dev.satchel.postgres.dataset.SourceColumn.Source;
import dev.satchel.record.ColumnTypeException.Incomparable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Two columns that a statement compares as a foreign key does: of a step to the user, or of a lookup.
 *
 * <p>The statement finds PostgreSQL's own operators alone (decision 8), so a type with operators of its own, such as
 * citext, would be compared by others than the foreign key's.
 */
record Comparison(Source own, Source key) {

    /** Those of the paths from the table's rows to their user. */
    static List<Comparison> of(OwnedTable owned) {
        List<Comparison> comparisons = new ArrayList<>();
        for (OwnerPath owner : owned.owners()) {
            TableName at = owned.table();
            for (OwnerPath.Step step : owner.steps()) {
                for (int index = 0; index < step.columns().size(); index++) {
                    comparisons.add(new Comparison(
                            new Source(at, step.columns().get(index)),
                            new Source(step.table(), step.key().get(index))));
                }
                at = step.table();
            }
        }
        return comparisons;
    }

    /** Those of the lookups. */
    static List<Comparison> of(TableRelations relations) {
        List<Comparison> comparisons = new ArrayList<>();
        relations
                .lookups()
                .forEach(lookup -> lookup.on()
                        .forEach((own, other) -> comparisons.add(new Comparison(
                                new Source(relations.owned().table(), own), new Source(lookup.table(), other)))));
        return comparisons;
    }

    /** Why the two cannot be compared in this database; empty if they can, or one of them is missing. */
    Optional<Incomparable> problem(LiveSchema live) {
        Optional<LiveType> left = live.type(own);
        Optional<LiveType> right = live.type(key);
        if (left.isEmpty() || right.isEmpty()) {
            return Optional.empty();
        }
        return problem(left.get(), right.get())
                .map(why -> new Incomparable(
                        own + " (" + left.get().printed() + ")",
                        key + " (" + right.get().printed() + ")",
                        why));
    }

    private static Optional<String> problem(LiveType left, LiveType right) {
        Optional<LiveType> foreign =
                Stream.of(left, right).filter(LiveType::hasOwnOperators).findFirst();
        if (foreign.isPresent()) {
            return Optional.of(
                    "the type " + foreign.get().base()
                            + " has operators outside of pg_catalog, which Satchel never runs, so that records would be missing");
        }
        // PostgreSQL 18 makes no foreign key between such columns, and older versions compare otherwise than a
        // statement.
        Optional<String> loose = Stream.of(left, right)
                .flatMap(type -> Stream.ofNullable(type.looseCollation()))
                .findFirst();
        boolean same = loose.isEmpty()
                || (loose.get().equals(left.looseCollation()) && loose.get().equals(right.looseCollation()));
        return same
                ? Optional.empty()
                : Optional.of(
                        "the collation " + loose.get() + " of one of them takes different texts for equal, so that"
                                + " records of others could be taken for the user's");
    }
}
