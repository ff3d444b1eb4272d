package dev.satchel.batchexport.format.csv;

import java.util.HexFormat;

/**
 * Escapes the beginnings of formulas, against <a href="https://owasp.org/www-community/attacks/CSV_Injection">CSV
 * injection</a>.
 *
 * <p>A spreadsheet runs a cell as a formula if it begins with one of {@code = + - @}, and in East Asian locales also
 * with their full-width forms. A cell does not only begin where a text begins: a program that expects another
 * separator reads the quotes as text, so that a cell also begins after each separator and line end inside the text. In
 * all of these places, {@code '} is inserted before a character that may begin a formula, and before a {@code '} of
 * the text itself. To restore the text, remove one {@code '} at its beginning, and one after each line end, tab,
 * comma, semicolon and bar.
 *
 * <p>Some programs drop spaces, quotes or invisible characters at the beginning of a cell, so these are skipped when
 * looking for a formula. A space does not count as a separator, because no locale uses it as one and {@code "at -5
 * degrees"} should stay unchanged.
 */
public final class EscapedFormulas {

    private static final char MARK = '\'';

    private EscapedFormulas() {}

    public static String text(String text) {
        return new Text().next(text, true);
    }

    /**
     * The same JSON, with characters that may begin a formula written as escapes inside of strings
     * (<code>&#92;u003d</code>).
     *
     * <p>Numbers are not changed.
     */
    public static String json(String json) {
        return new Json().next(json, true);
    }

    /** Escapes a value that arrives in pieces. Used by one thread. */
    public interface Pieces {

        /** The next piece, escaped; {@code last} tells that it is the last one. */
        String next(String piece, boolean last);

        /** The length of the next piece of {@code read}, when more of the value follows. */
        int cut(StringBuilder read);
    }

    /**
     * Escapes a text. If a piece ends within white space after a separator, one {@code '} more than needed may be
     * inserted.
     */
    public static final class Text implements Pieces {

        private boolean isFirst = true;
        private boolean isStart = true;

        @Override
        public String next(String piece, boolean last) {
            StringBuilder escaped = null;
            int copied = 0;
            for (int index = 0; index < piece.length(); index++) {
                if (isStart && needsMark(piece, index, last)) {
                    escaped = escaped == null ? new StringBuilder(piece.length() + 16) : escaped;
                    escaped.append(piece, copied, index).append(MARK);
                    copied = index;
                }
                isFirst = false;
                isStart = isSeparator(piece.charAt(index));
            }
            return escaped == null
                    ? piece
                    : escaped.append(piece, copied, piece.length()).toString();
        }

        // Cuts after the last separator, so that the text after it is examined as a whole.
        @Override
        public int cut(StringBuilder read) {
            int cut = read.length();
            while (cut > 0 && !isSeparator(read.charAt(cut - 1))) {
                cut--;
            }
            return cut == 0 ? read.length() : cut;
        }

        private boolean needsMark(String text, int start, boolean last) {
            char first = text.charAt(start);
            if (first == MARK || (isFirst && (first == '\t' || first == '\r' || first == '\n'))) {
                return true;
            }
            int index = start;
            while (index < text.length() && isSkipped(text.charAt(index))) {
                index++;
            }
            return index < text.length() ? isTrigger(text.charAt(index)) : !last;
        }
    }

    /** Escapes a JSON value. */
    static final class Json implements Pieces {

        private boolean isInString;
        private boolean isStart = true;
        private boolean isEscaped;

        @Override
        public String next(String piece, boolean last) {
            StringBuilder escaped = null;
            int copied = 0;
            for (int index = 0; index < piece.length(); index++) {
                char character = piece.charAt(index);
                if (isEscaped) {
                    // An escaped character neither ends the string nor counts as white space.
                    isEscaped = false;
                    isStart = false;
                    continue;
                }
                if (isInString && isStart && isTrigger(character)) {
                    escaped = escaped == null ? new StringBuilder(piece.length() + 16) : escaped;
                    escaped.append(piece, copied, index)
                            .append("\\u")
                            .append(HexFormat.of().toHexDigits(character));
                    copied = index + 1;
                }
                isStart = isSeparator(character) || (isStart && isSkipped(character));
                if (character == '\\' && isInString) {
                    isEscaped = true;
                } else if (character == '"') {
                    isInString = !isInString;
                }
            }
            return escaped == null
                    ? piece
                    : escaped.append(piece, copied, piece.length()).toString();
        }

        @Override
        public int cut(StringBuilder read) {
            return read.length();
        }
    }

    private static boolean isTrigger(char character) {
        return switch (character) {
            case '=', '+', '-', '@', '\uFF1D', '\uFF0B', '\uFF0D', '\uFF20' -> true;
            default -> false;
        };
    }

    private static boolean isSeparator(char character) {
        return switch (character) {
            case '\n', '\r', '\t', ',', ';', '|' -> true;
            default -> false;
        };
    }

    private static boolean isSkipped(char character) {
        return !isSeparator(character)
                && (character == '"'
                        || Character.isWhitespace(character)
                        || Character.isSpaceChar(character)
                        || Character.isISOControl(character)
                        || Character.getType(character) == Character.FORMAT);
    }
}
