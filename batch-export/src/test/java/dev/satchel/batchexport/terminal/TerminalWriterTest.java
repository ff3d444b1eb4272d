package dev.satchel.batchexport.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class TerminalWriterTest {

    private final StringWriter shown = new StringWriter();
    private final PrintWriter out = new TerminalWriter(shown);

    @ParameterizedTest
    @CsvSource({
        "0, \\u0000",
        "7, \\u0007",
        "9, \\t",
        "10, \\n",
        "11, \\u000B",
        "12, \\u000C",
        "13, \\r",
        "27, \\u001B",
        "127, \\u007F",
        "128, \\u0080",
        "133, \\u0085",
        "155, \\u009B",
        "173, \\u00AD",
        "847, \\u034F",
        "1564, \\u061C",
        "6158, \\u180E",
        "8203, \\u200B",
        "8204, \\u200C",
        "8205, \\u200D",
        "8206, \\u200E",
        "8232, \\u2028",
        "8233, \\u2029",
        "8234, \\u202A",
        "8238, \\u202E",
        "8288, \\u2060",
        "8294, \\u2066",
        "8297, \\u2069",
        "12644, \\u3164",
        "55296, \\uD800",
        "57343, \\uDFFF",
        "65039, \\uFE0F",
        "65279, \\uFEFF",
        "65529, \\uFFF9",
        "917505, \\uDB40\\uDC01",
        "917999, \\uDB40\\uDDEF"
    })
    void escapesWhatATerminalObeysOrDoesNotShow(int point, String escape) {
        out.println("a" + Character.toString(point) + "b");

        assertThat(shown).hasToString("a" + escape + "b" + System.lineSeparator());
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "naïve", "日本語", "שלום", "😀", "e\u0301", "C:\\new", "\"quoted\"", ""})
    void leavesOtherTextsAlone(String text) {
        out.println(text);
        out.print(text);
        out.printf("%s", text);

        assertThat(shown).hasToString(text + System.lineSeparator() + text + text);
    }

    @Test
    void givesEveryValueOneLineWhoeverPrintsIt() {
        String forged = "a\nsatchel: forged\r\nb";

        out.println(forged);
        out.println((Object) forged);
        out.println(forged.toCharArray());
        out.printf("%s%n", forged);
        out.printf(Locale.ROOT, "%-3s%n", forged);
        out.format("%s%n", new StringBuilder(forged));

        assertThat(shown.toString().lines()).hasSize(6).containsOnly("a\\nsatchel: forged\\r\\nb");
    }

    @Test
    void formatsNumbersAsNumbers() {
        out.printf(Locale.ROOT, "%5d %.1f %b %s", 7L, 1.25, true, null);

        assertThat(shown).hasToString("    7 1.3 true null");
    }

    @Test
    void keepsTheLinesOfADocument() {
        out.print("{\r\n\t\"a\" : \"\u009B\"\n}\n");

        assertThat(shown).hasToString("{\r\n\t\"a\" : \"\\u009B\"\n}\n");
    }

    @Test
    void escapesALoneReturnThatWouldOverwriteALine() {
        out.print("failed 3\rfailed 0\r");

        assertThat(shown).hasToString("failed 3\\u000Dfailed 0\\u000D");
    }

    @Test
    void givesEachFrameAndEachMessageOfAStackTraceALine() {
        Exception thrown = new IllegalStateException("a\n\tat forged.Frame", new Exception("b\u001B[2J\nforged"));
        StringWriter plain = new StringWriter();
        new IllegalStateException("a", new Exception("b")).printStackTrace(new PrintWriter(plain, true));

        thrown.printStackTrace(out);

        assertThat(shown.toString().lines())
                .hasSameSizeAs(plain.toString().lines().toList())
                .contains(
                        "java.lang.IllegalStateException: a\\n\\tat forged.Frame",
                        "Caused by: java.lang.Exception: b\\u001B[2J\\nforged")
                .anyMatch(line -> line.startsWith("\tat " + TerminalWriterTest.class.getName()));
    }

    // Jackson escapes the quotes, the backslash and what is below U+0020.
    @Test
    void keepsTheMeaningOfAJsonDocument() {
        List<String> texts = new ArrayList<>(IntStream.rangeClosed(0, 0xFFFF)
                .mapToObj(unit -> "x" + (char) unit + "y")
                .toList());
        texts.add(Character.toString(0xE0001));
        texts.add(Character.toString(0x1F600));

        out.print(JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(texts));

        assertThat(JsonMapper.shared().readValue(shown.toString(), String[].class))
                .containsExactlyElementsOf(texts);
        assertThat(shown.toString().codePoints())
                .noneMatch(point -> point != '\n'
                        && (Character.isISOControl(point)
                                || Character.getType(point) == Character.FORMAT
                                || Character.getType(point) == Character.SURROGATE
                                || point == 0x2028
                                || point == 0x2029));
    }
}
