package dev.satchel.batchexport.format.csv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.format.EscapedCell;
import dev.satchel.batchexport.format.RandomTexts;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class EscapedFormulasTest {

    private static final Pattern SEPARATORS = Pattern.compile("[\n\r\t,;|]");
    private static final Pattern FORMULA =
            Pattern.compile("[\\s\\p{Z}\\p{Cc}\\p{Cf}\"]*[=+\\-@＝＋－＠].*", Pattern.DOTALL);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "=1+1",
                "+1",
                "-1",
                "@SUM(A1)",
                "=",
                "-",
                "\tx",
                "\rx",
                "\nx",
                "＝1+1",
                "＋1",
                "－1",
                "＠SUM(A1)",
                "'",
                "'=1",
                "' quoted'",
                " =1",
                "  -1",
                "\u00A0=1",
                "\u3000=1",
                "\uFEFF=1",
                "\u200B=1",
                "\u202E=1",
                "\u0001=1",
                "\"=1",
                " \" =1"
            })
    void escapesTheBeginningsOfFormulas(String text) {
        assertThat(EscapedCell.text(text)).isEqualTo("'" + text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            quoteCharacter = '`',
            value = {
                "hola#=1+41#fin > hola#'=1+41#fin",
                "a#~=1 > a#~'=1",
                "a;=1+41;b > a;'=1+41;b",
                "a,-1 > a,'-1",
                "a, -1 > a,' -1",
                "a|@b > a|'@b",
                "a;\"=1\" > a;'\"=1\"",
                "a,'b' > a,''b'",
                "a##=1 > a##'=1",
                ";;=1 > ;;'=1",
                "=1;=2 > '=1;'=2"
            })
    void escapesBeginningsOfCellsForOtherSeparators(String text, String escaped) {
        assertThat(EscapedCell.text(text.replace('#', '\n').replace('~', '\r')))
                .isEqualTo(escaped.replace('#', '\n').replace('~', '\r'));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "a=1",
                "1-1",
                "a - b",
                "a =1",
                "it's",
                "ana@example.org",
                "ä",
                "a\r\nb",
                "a\n\nb",
                "a, b",
                " a",
                "3.14",
                "日本",
                "a'=",
                "\\n=1"
            })
    void leavesOtherTextsAlone(String text) {
        assertThat(EscapedCell.text(text)).isEqualTo(text);
    }

    // Every text of up to six of these characters: what the rule tells apart, and a letter.
    @Test
    void isReversibleAndLeavesNoFormulaWhateverTheSeparator() {
        List<String> texts = new ArrayList<>(List.of(""));
        for (int begin = 0, length = 1; length <= 6; length++) {
            int end = texts.size();
            for (int index = begin; index < end; index++) {
                for (char next : "='\n;\" a".toCharArray()) {
                    texts.add(texts.get(index) + next);
                }
            }
            begin = end;
        }
        Set<String> escaped = new HashSet<>();

        for (String text : texts) {
            String marked = EscapedCell.text(text);
            assertThat(original(marked)).isEqualTo(text);
            assertThat(SEPARATORS.splitAsStream(marked))
                    .noneMatch(cell -> FORMULA.matcher(cell).matches());
            escaped.add(marked);
        }

        assertThat(escaped).hasSameSizeAs(texts);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void isReversibleForRandomTexts(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            String text = RandomTexts.next(random);

            String marked = EscapedCell.text(text);

            assertThat(original(marked)).isEqualTo(text);
            assertThat(SEPARATORS.splitAsStream(marked))
                    .noneMatch(cell -> FORMULA.matcher(cell).matches());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            quoteCharacter = '`',
            value = {
                "[\"a;=1+41;b\"] > [\"a;\\u003d1+41;b\"]",
                "{\"a\": \"x,=1,y\"} > {\"a\": \"x,\\u003d1,y\"}",
                "[\"a\", \"=1\"] > [\"a\", \"\\u003d1\"]",
                "[\"a\",\"＝1\"] > [\"a\",\"\\uff1d1\"]",
                "\"=1\" > \"\\u003d1\"",
                "[\"a\\\",-1\"] > [\"a\\\",\\u002d1\"]",
                "[\"a\\\\\", \"@b\"] > [\"a\\\\\", \"\\u0040b\"]"
            })
    void escapesInStringsOfJson(String json, String escaped) {
        assertThat(EscapedCell.json(json)).isEqualTo(escaped);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-1",
                "[1,-1, -2.5e+10]",
                "{\"a=b\": -1}",
                "[\"=1\"]",
                "null",
                "{}",
                "\"a =1\"",
                "[\"\\n=1\"]",
                "[\"a;\\\"=1\"]"
            })
    void leavesOtherJsonAlone(String json) {
        assertThat(EscapedCell.json(json)).isEqualTo(json);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void keepsTheMeaningOfJson(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 1_000; round++) {
            List<Object> values = List.of(RandomTexts.next(random), -1, List.of(RandomTexts.next(random), -2.5));
            String json = JsonMapper.shared().writeValueAsString(values);

            String escaped = EscapedCell.json(json);

            assertThat(JsonMapper.shared().readTree(escaped))
                    .isEqualTo(JsonMapper.shared().readTree(json));
            assertThat(SEPARATORS.splitAsStream(escaped))
                    .noneMatch(cell -> FORMULA.matcher(cell).matches() && !cell.matches("-[0-9.]+]*"));
        }
    }

    /** What the archive's README tells people to do. */
    private static String original(String escaped) {
        return escaped.replaceAll("(^|[\n\r\t,;|])'", "$1");
    }
}
