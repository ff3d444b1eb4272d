package dev.satchel.batchexport.format;

import java.util.Random;

/** Texts made of what breaks formats, in lengths around those of the usual buffers. */
public final class RandomTexts {

    private static final String[] PIECES = {
        "\r",
        "\n",
        "\r\n",
        "\"",
        "\"\"",
        ",",
        ";",
        "\t",
        "'",
        "\\",
        "=",
        "-",
        " ",
        "😀",
        "👩‍👩‍👧",
        "𝒳",
        "é",
        "ß",
        "İ",
        "ı",
        "שלום",
        "مرحبا",
        "\u2028",
        "\u0001",
        "\u007f",
        "\uFFFD",
        "abc",
        "0",
        "null",
        "NULL",
        "{}",
        "</script>"
    };

    private RandomTexts() {}

    public static String next(Random random) {
        StringBuilder text = new StringBuilder();
        int pieces = switch (random.nextInt(10)) {
            case 0 -> 0;
            case 1 -> 2_000 + random.nextInt(3_000);
            default -> random.nextInt(20);
        };
        for (int i = 0; i < pieces; i++) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }
}
