package dev.satchel.batchexport.terminal;

import java.util.HexFormat;

/**
 * Escapes control characters, which a terminal would execute, and invisible characters, in the form of JSON escapes
 * (<code>&#92;u001B</code>).
 *
 * <p>In JSON and TypeScript such characters only occur inside of strings, where the escape means the same character.
 * So escaping a document does not change its meaning.
 */
public final class VisibleText {

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private VisibleText() {}

    /** Escapes the text, including line breaks and tabs, so that it is one line. */
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

    /** Escapes the text, except for line breaks (LF and CRLF) and tabs. */
    public static String lines(String text) {
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
            // Format characters change the direction of text or have no width.
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> !isIgnorable(point);
        };
    }

    /**
     * The characters of other categories with Unicode's property Default_Ignorable_Code_Point, which are not
     * displayed.
     */
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
