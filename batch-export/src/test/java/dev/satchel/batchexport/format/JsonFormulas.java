package dev.satchel.batchexport.format;

import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Escapes what may begin a formula inside the strings of JSON, by regular expressions: the oracle for the encoder. */
final class JsonFormulas {

    private static final String SEPARATORS = "\\n\\r\\t,;|";
    private static final Pattern TOKEN = Pattern.compile("(?<string>\"(?:[^\"\\\\]|\\\\.)*\")|[^\"]+", Pattern.DOTALL);

    /** A character that may begin a formula, at the start of a cell. */
    private static final Pattern FORMULA = Pattern.compile(
            "(?<=(?:\\A|[" + SEPARATORS + "])[\"\\s\\p{Z}\\p{Cc}\\p{Cf}&&[^" + SEPARATORS + "]]{0,200})[=+\\-@＝＋－＠]");

    private JsonFormulas() {}

    static String escaped(String json) {
        StringBuilder escaped = new StringBuilder();
        TOKEN.matcher(json)
                .results()
                .forEach(token ->
                        escaped.append(token.group().startsWith("\"") ? inString(json, token) : token.group()));
        return escaped.toString();
    }

    private static String inString(String json, MatchResult token) {
        return FORMULA.matcher(json)
                .region(token.start(), token.end())
                .useTransparentBounds(true)
                .useAnchoringBounds(false)
                .results()
                .map(MatchResult::start)
                .sorted((one, other) -> other - one)
                .reduce(
                        token.group(),
                        (text, at) -> text.substring(0, at - token.start())
                                + String.format("\\u%04x", (int) json.charAt(at))
                                + text.substring(at - token.start() + 1),
                        String::concat);
    }
}
