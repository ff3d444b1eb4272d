package dev.satchel.batchexport.format.archive.workbook;

import java.io.IOException;
import java.io.Writer;
import java.util.Locale;

/**
 * A text in a cell. A character that XML cannot hold is written as Excel does, {@code _x0001_}, and so is the first
 * character of a text that looks like that.
 */
final class XmlText {

    /** The longest text of a cell, in UTF-16 units. */
    static final int LONGEST = 32_767;

    /** As long as {@code _x0001_}. */
    private static final int ESCAPE = 7;

    private XmlText() {}

    static void write(Writer out, String text) throws IOException {
        for (int at = 0; at < text.length(); at++) {
            char character = text.charAt(at);
            switch (character) {
                case '&' -> out.write("&amp;");
                case '<' -> out.write("&lt;");
                case '>' -> out.write("&gt;");
                case '"' -> out.write("&quot;");
                case '_' -> out.write(looksEscaped(text, at) ? "_x005F_" : "_");
                default -> {
                    if (isPossible(text, at)) {
                        out.write(character);
                    } else {
                        out.write(String.format(Locale.ROOT, "_x%04X_", (int) character));
                    }
                }
            }
        }
    }

    private static boolean looksEscaped(String text, int at) {
        return text.length() >= at + ESCAPE
                && text.charAt(at + 1) == 'x'
                && text.charAt(at + ESCAPE - 1) == '_'
                && text.substring(at + 2, at + ESCAPE - 1).chars().allMatch(digit -> Character.digit(digit, 16) >= 0);
    }

    // A parser takes a carriage return for a line feed.
    private static boolean isPossible(String text, int at) {
        char character = text.charAt(at);
        if (Character.isHighSurrogate(character)) {
            return at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1));
        }
        if (Character.isLowSurrogate(character)) {
            return at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
        }
        return (character >= ' ' && character < '\uFFFE') || character == '\t' || character == '\n';
    }

    /** Where a text that is too long by itself or with what follows it can be cut, so that no character is halved. */
    static String cut(String text, int length) {
        return text.substring(0, Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length);
    }
}
