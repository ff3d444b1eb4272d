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
                .filter(each -> isNear(written, each))
                .min(Comparator.comparingInt(each -> distance(written, each)));
    }

    // Of a short word a letter is much: "rm" is as far from "run" as "ls" from "list", of which only letters are
    // missing.
    private static boolean isNear(String written, String known) {
        int distance = distance(written, known);
        int missing = known.length() - written.length();
        return distance <= Math.max(Math.min(2, written.length() / 3), written.length() / 4)
                || (written.length() > 1 && distance == missing && missing <= 2);
    }

    /** How many letters to insert, delete, replace or swap with the next one to get from one word to the other. */
    private static int distance(String one, String other) {
        int[][] table = new int[one.length() + 1][other.length() + 1];
        for (int line = 0; line <= one.length(); line++) {
            for (int column = 0; column <= other.length(); column++) {
                table[line][column] = line == 0 || column == 0 ? line + column : least(one, other, table, line, column);
            }
        }
        return table[one.length()][other.length()];
    }

    private static int least(String one, String other, int[][] table, int line, int column) {
        boolean isSame = one.charAt(line - 1) == other.charAt(column - 1);
        int replaced = table[line - 1][column - 1] + (isSame ? 0 : 1);
        int changed = Math.min(replaced, 1 + Math.min(table[line - 1][column], table[line][column - 1]));
        boolean isSwapped = line > 1
                && column > 1
                && one.charAt(line - 1) == other.charAt(column - 2)
                && one.charAt(line - 2) == other.charAt(column - 1);
        return isSwapped ? Math.min(changed, table[line - 2][column - 2] + 1) : changed;
    }
}
