package dev.satchel.batchexport.format.csv;

/**
 * Finds the beginnings of formulas in UTF-8, against <a
 * href="https://owasp.org/www-community/attacks/CSV_Injection">CSV injection</a>.
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
 *
 * <p>In JSON, where a {@code '} would change a string, a character that may begin a formula is written as an escape
 * ({@code \}{@code u003d}) if it is in a string.
 */
final class EscapedFormulas {

    private EscapedFormulas() {}

    /** Whether the cell that begins at {@code start}, before {@code end}, needs the mark. */
    static boolean needsMark(byte[] utf8, int start, int end) {
        int at = start;
        if (at < end && utf8[at] == '\'') {
            return true;
        }
        while (at < end) {
            int character = character(utf8, at, end);
            if (isTrigger(character)) {
                return true;
            }
            if (!isSkipped(character)) {
                return false;
            }
            at += length(character);
        }
        return false;
    }

    /** Whether a text that begins with this byte needs the mark for that alone: a spreadsheet may drop the byte. */
    static boolean isDropped(byte first) {
        return first == '\t' || first == '\r' || first == '\n';
    }

    static boolean isTrigger(int character) {
        return switch (character) {
            case '=', '+', '-', '@', '\uFF1D', '\uFF0B', '\uFF0D', '\uFF20' -> true;
            default -> false;
        };
    }

    static boolean isSeparator(int character) {
        return switch (character) {
            case '\n', '\r', '\t', ',', ';', '|' -> true;
            default -> false;
        };
    }

    static boolean isSkipped(int character) {
        if (character > ' ' && character < 0x7F) {
            return character == '"';
        }
        return !isSeparator(character)
                && (Character.isWhitespace(character)
                        || Character.isSpaceChar(character)
                        || Character.isISOControl(character)
                        || Character.getType(character) == Character.FORMAT);
    }

    /** The character that begins at {@code at}; U+FFFD where the bytes are not UTF-8. */
    static int character(byte[] utf8, int at, int end) {
        int first = utf8[at];
        if (first >= 0) {
            return first;
        }
        int length = first >= (byte) 0xF0 ? 4 : first >= (byte) 0xE0 ? 3 : 2;
        if (end - at < length) {
            return '\uFFFD';
        }
        int character = first & (0x7F >> length);
        for (int index = 1; index < length; index++) {
            character = (character << 6) | (utf8[at + index] & 0x3F);
        }
        return character;
    }

    /** The number of bytes of a character in UTF-8. */
    static int length(int character) {
        if (character < 0x80) {
            return 1;
        }
        if (character < 0x800) {
            return 2;
        }
        return character < 0x10000 ? 3 : 4;
    }
}
