package dev.satchel.batchexport.terminal;

import java.util.HexFormat;

/**
 * Text in which everything can be seen: what a terminal would obey, and what it would not show, is written as JSON
 * would escape it (<code>&#92;u001B</code>).
 *
 * <p>Inside a string of JSON or TypeScript, where those characters are the only ones that may stand, the escape means
 * the character itself. A document of either keeps its meaning.
 */
public final class VisibleText {

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private VisibleText() {}

    /** The text on one line: line breaks and tabs are escaped as well. */
    public static String line(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            switch (point) {
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> append(line, point);
            }
        });
        return line.toString();
    }

    /** The text with its own line breaks (LF, and CR before it) and tabs. */
    static String lines(String text) {
        StringBuilder lines = new StringBuilder(text.length());
        for (int index = 0; index < text.length(); ) {
            int point = text.codePointAt(index);
            index += Character.charCount(point);
            boolean isLineEnd = point == '\n' || (point == '\r' && text.startsWith("\n", index));
            if (isLineEnd || point == '\t') {
                lines.appendCodePoint(point);
            } else {
                append(lines, point);
            }
        }
        return lines.toString();
    }

    private static void append(StringBuilder text, int point) {
        if (isSeen(point)) {
            text.appendCodePoint(point);
        } else {
            for (char half : Character.toChars(point)) {
                text.append("\\u").append(HEX.toHexDigits(half));
            }
        }
    }

    private static boolean isSeen(int point) {
        return switch (Character.getType(point)) {
            // Format characters turn the direction of writing, or have no width.
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> !isIgnorable(point);
        };
    }

    /** The rest of Unicode's Default_Ignorable_Code_Point: letters and marks that are shown as nothing. */
    private static boolean isIgnorable(int point) {
        return point == 0x034F
                || isBetween(0x115F, point, 0x1160)
                || isBetween(0x17B4, point, 0x17B5)
                || isBetween(0x180B, point, 0x180F)
                || point == 0x2065
                || point == 0x3164
                || isBetween(0xFE00, point, 0xFE0F)
                || point == 0xFFA0
                || isBetween(0xFFF0, point, 0xFFF8)
                || isBetween(0xE0000, point, 0xE0FFF);
    }

    private static boolean isBetween(int first, int point, int last) {
        return first <= point && point <= last;
    }
}
