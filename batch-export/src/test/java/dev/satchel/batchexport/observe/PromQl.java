package dev.satchel.batchexport.observe;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The metrics and labels that an expression of PromQL names, found by splitting it into tokens. A function that is not
 * listed here is refused, so that a misspelt one is noticed.
 *
 * @param selectors the metrics, each with the values that its labels are compared with
 * @param groupings the labels of {@code by} and the like
 */
record PromQl(List<Selector> selectors, Set<String> groupings) {

    private static final Pattern TOKEN = Pattern.compile("\\s+"
            + "|(?<text>\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*')"
            + "|(?<range>\\[[^\\]]*])"
            + "|(?<number>[0-9][0-9.]*(?:e[+-]?[0-9]+)?)"
            + "|(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)"
            + "|(?<sign>=~|!~|!=|==|>=|<=|[-+*/%^(){},=<>])");

    private static final Set<String> FUNCTIONS = Set.of(
            "sum",
            "max",
            "min",
            "avg",
            "count",
            "increase",
            "rate",
            "histogram_quantile",
            "clamp_min",
            "time",
            "topk",
            "absent");

    private static final Set<String> GROUPING = Set.of("by", "without", "on", "ignoring", "group_left", "group_right");

    private static final Set<String> OPERATORS = Set.of("and", "or", "unless", "bool", "offset");

    /** A metric, with the values that each label is compared with. */
    record Selector(String metric, Map<String, Set<String>> labels) {}

    static PromQl parse(String expression) {
        List<String> tokens = tokens(expression);
        List<Selector> selectors = new ArrayList<>();
        Set<String> groupings = new TreeSet<>();
        for (int at = 0; at < tokens.size(); at++) {
            String token = tokens.get(at);
            if (!token.matches("[a-zA-Z_:].*") || OPERATORS.contains(token)) {
                continue;
            }
            String next = at + 1 < tokens.size() ? tokens.get(at + 1) : "";
            if (GROUPING.contains(token) && next.equals("(")) {
                for (at += 2; !tokens.get(at).equals(")"); at++) {
                    if (!tokens.get(at).equals(",")) {
                        groupings.add(tokens.get(at));
                    }
                }
            } else if (next.equals("(") || GROUPING.contains(next)) {
                if (!FUNCTIONS.contains(token)) {
                    throw new IllegalArgumentException("unknown function " + token + " in " + expression);
                }
            } else {
                Map<String, Set<String>> labels = new TreeMap<>();
                if (next.equals("{")) {
                    for (at += 2; !tokens.get(at).equals("}"); at++) {
                        if (!tokens.get(at).equals(",")) {
                            String text = tokens.get(at + 2);
                            labels.put(
                                    tokens.get(at),
                                    new LinkedHashSet<>(List.of(
                                            text.substring(1, text.length() - 1).split("\\|"))));
                            at += 2;
                        }
                    }
                }
                selectors.add(new Selector(token, labels));
            }
        }
        return new PromQl(selectors, groupings);
    }

    private static List<String> tokens(String expression) {
        List<String> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(expression);
        int end = 0;
        while (matcher.find()) {
            if (matcher.start() != end) {
                break;
            }
            end = matcher.end();
            if (!matcher.group().isBlank()) {
                tokens.add(matcher.group());
            }
        }
        if (end != expression.length()) {
            throw new IllegalArgumentException("cannot read " + expression.substring(end) + " in " + expression);
        }
        return tokens;
    }
}
