package dev.satchel.batchexport.format.csv;

import java.util.HexFormat;

/**
 * Values without the beginnings of formulas, against <a
 * href="https://owasp.org/www-community/attacks/CSV_Injection">CSV injection</a>.
 *
 * <p>A spreadsheet runs a cell that begins with one of {@code = + - @}; in East Asian locales their full-width forms
 * count too. A cell begins not only where a text does: a program that splits at another separator than ours takes the
 * quotes for text, and then a cell begins after each separator and each line end inside. So in all of these places
 * {@code '} is put before what may be a formula, and before a {@code '} of the text itself. One rule gives the text
 * back: remove one {@code '} at its beginning, and one after each line end, tab, comma, semicolon and bar.
 *
 * <p>Some programs drop spaces, quotes or invisible characters in front of a cell, so these hide no formula. A space is
 * not taken for a separator: no locale has it for one, and {@code "at -5 degrees"} should stay as it is.
 */
public final class EscapedFormulas {

    private static final char MARK = '\'';

    private EscapedFormulas() {}

    public static String text(String text) {
        return new Text().next(text, true);
    }

    /**
     * The same JSON, in whose strings what may be a formula is written as an escape (<code>&#92;u003d</code>).
     *
     * <p>Numbers stay: {@code -} in front of digits is no formula.
     */
    public static String json(String json) {
        return new Json().next(json, true);
    }

    /** A value that comes in pieces. */
    public interface Pieces {

        /** The next piece without the beginnings of formulas; {@code last} says that none follows. */
        String next(String piece, boolean last);

        /** Where to cut what was read of the value, of which more follows. */
        int cut(StringBuilder read);
    }

    /** A text that comes in pieces. One that is cut within a run of spaces after a separator may get a mark too many. */
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

        // Behind the last separator, so that what follows it is looked at as a whole.
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

    /** A JSON value that comes in pieces. */
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
                    // What is escaped ends no string; as a character of its own it is none that is skipped.
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
