package dev.satchel.batchexport.command;

import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The world as a command sees it.
 *
 * @param environment the environment variables
 * @param in gives what must not be an argument: a key
 * @param out takes results
 * @param err takes everything else
 * @param watched whether a person watches standard error, so that a progress bar makes sense
 */
public record Console(
        Map<String, String> environment, InputStream in, PrintWriter out, PrintWriter err, boolean watched) {

    /**
     * The text without what a terminal would obey: whoever writes a row of the history chooses some of its words.
     */
    static String harmless(String text) {
        return text.codePoints()
                .map(point -> Character.isISOControl(point) || Character.getType(point) == Character.FORMAT
                        ? '\uFFFD'
                        : point)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** This process's own environment and streams, in UTF-8. */
    public static Console ofProcess() {
        return new Console(
                System.getenv(),
                System.in,
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                // The launcher says so: the JVM itself cannot tell whether only standard error is a terminal.
                "1".equals(System.getenv("SATCHEL_TERMINAL")));
    }
}
