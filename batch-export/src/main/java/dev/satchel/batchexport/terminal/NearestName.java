package dev.satchel.batchexport.terminal;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what somebody meant who misspelt a name. */
public final class NearestName {

    private NearestName() {}

    /** The one of the known names that is nearest to the written one; empty where none is near. */
    public static Optional<String> to(String written, Collection<String> known) {
        return known.stream()
                .filter(each -> distance(written, each) <= Math.max(2, written.length() / 4))
                .min(Comparator.comparingInt(each -> distance(written, each)));
    }

    /** How many letters to insert, delete or replace to get from one word to the other (Levenshtein). */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int column = 0; column <= other.length(); column++) {
            row[column] = column;
        }
        for (int line = 1; line <= one.length(); line++) {
            int diagonal = row[0];
            row[0] = line;
            for (int column = 1; column <= other.length(); column++) {
                int replaced = diagonal + (one.charAt(line - 1) == other.charAt(column - 1) ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.min(replaced, 1 + Math.min(row[column], row[column - 1]));
            }
        }
        return row[other.length()];
    }
}
