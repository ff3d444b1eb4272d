package dev.satchel.batchexport.format;

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
final class Defused {

    private static final char MARK = '\'';

    private Defused() {}

    static String text(String text) {
        StringBuilder defused = null;
        int copied = 0;
        for (int index = 0; index < text.length(); index++) {
            if (isStart(text, index) && needsMark(text, index)) {
                defused = defused == null ? new StringBuilder(text.length() + 16) : defused;
                defused.append(text, copied, index).append(MARK);
                copied = index;
            }
        }
        return defused == null
                ? text
                : defused.append(text, copied, text.length()).toString();
    }

    /**
     * The same JSON, in whose strings what may be a formula is written as an escape (<code>&#92;u003d</code>).
     *
     * <p>Numbers stay: {@code -} in front of digits is no formula.
     */
    static String json(String json) {
        StringBuilder defused = null;
        int copied = 0;
        boolean isInString = false;
        boolean isStart = true;
        for (int index = 0; index < json.length(); index++) {
            char character = json.charAt(index);
            if (isInString && isStart && isTrigger(character)) {
                defused = defused == null ? new StringBuilder(json.length() + 16) : defused;
                defused.append(json, copied, index)
                        .append("\\u")
                        .append(HexFormat.of().toHexDigits(character));
                copied = index + 1;
            }
            isStart = isSeparator(character) || (isStart && isSkipped(character));
            if (character == '\\' && isInString) {
                // What is escaped ends no string; as a character of its own it is none that is skipped.
                index++;
                isStart = false;
            } else if (character == '"') {
                isInString = !isInString;
            }
        }
        return defused == null
                ? json
                : defused.append(json, copied, json.length()).toString();
    }

    private static boolean isStart(String text, int index) {
        return index == 0 || isSeparator(text.charAt(index - 1));
    }

    private static boolean needsMark(String text, int start) {
        char first = text.charAt(start);
        if (first == MARK || (start == 0 && (first == '\t' || first == '\r' || first == '\n'))) {
            return true;
        }
        int index = start;
        while (index < text.length() && isSkipped(text.charAt(index))) {
            index++;
        }
        return index < text.length() && isTrigger(text.charAt(index));
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
