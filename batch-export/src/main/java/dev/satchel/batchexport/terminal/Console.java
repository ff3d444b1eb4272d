package dev.satchel.batchexport.terminal;

import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

/**
 * The world as a command sees it. Whatever a command prints passes a {@link TerminalWriter}, so that no value can
 * control a terminal or forge a line.
 */
public final class Console {

    private final Map<String, String> environment;
    private final Set<String> properties;
    private final InputStream in;
    private final TerminalWriter out;
    private final TerminalWriter err;
    private final PrintWriter help;
    private final boolean watched;

    /**
     * @param environment the environment variables
     * @param in the source of input that must not be an argument, such as a key
     * @param out receives results
     * @param err receives everything else
     * @param watched whether a person watches standard error, so that a progress bar makes sense
     */
    public Console(Map<String, String> environment, InputStream in, PrintWriter out, PrintWriter err, boolean watched) {
        this(environment, Set.of(), in, out, err, watched);
    }

    private Console(
            Map<String, String> environment,
            Set<String> properties,
            InputStream in,
            PrintWriter out,
            PrintWriter err,
            boolean watched) {
        this.environment = environment;
        this.properties = properties;
        this.in = in;
        this.out = new TerminalWriter(out);
        this.err = new TerminalWriter(err);
        this.help = out;
        this.watched = watched;
    }

    /** The environment and streams of this process, in UTF-8. */
    public static Console ofProcess() {
        return new Console(
                System.getenv(),
                System.getProperties().stringPropertyNames(),
                System.in,
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                // Set by the launcher script, because the JVM cannot tell whether standard error alone is a terminal.
                "1".equals(System.getenv("SATCHEL_TERMINAL")) && !"dumb".equals(System.getenv("TERM")));
    }

    /** The environment variables. */
    public Map<String, String> environment() {
        return environment;
    }

    /** The names of the system properties. */
    public Set<String> properties() {
        return properties;
    }

    /** The source of input that must not be an argument, such as a key. */
    public InputStream in() {
        return in;
    }

    /** Receives results, a line at a time. */
    public PrintWriter out() {
        return out;
    }

    /** Receives everything else. */
    public PrintWriter err() {
        return err;
    }

    /** Prints a result with several lines. Values in it must be quoted already, as in JSON. */
    public void document(String text) {
        out.print(text.endsWith("\n") ? text : text + "\n");
        out.flush();
    }

    /** Receives help and the version, which hold no values and may contain ANSI escapes. */
    public PrintWriter help() {
        return help;
    }

    /** Whether a person watches standard error, so that a progress bar makes sense. */
    public boolean watched() {
        return watched;
    }

    /** Whether what a person watches may have colours: not where the variable {@code NO_COLOR} says anything. */
    public boolean coloured() {
        return environment.getOrDefault("NO_COLOR", "").isEmpty();
    }
}
