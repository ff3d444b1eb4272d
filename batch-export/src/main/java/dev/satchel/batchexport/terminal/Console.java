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
     * @param in gives what must not be an argument: a key
     * @param out takes results
     * @param err takes everything else
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

    /** This process's own environment and streams, in UTF-8. */
    public static Console ofProcess() {
        return new Console(
                System.getenv(),
                System.getProperties().stringPropertyNames(),
                System.in,
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                // The launcher says so: the JVM itself cannot tell whether only standard error is a terminal.
                "1".equals(System.getenv("SATCHEL_TERMINAL")));
    }

    /** The environment variables. */
    public Map<String, String> environment() {
        return environment;
    }

    /** The names of the system properties. */
    public Set<String> properties() {
        return properties;
    }

    /** Gives what must not be an argument: a key. */
    public InputStream in() {
        return in;
    }

    /** Takes results, a line at a time. */
    public PrintWriter out() {
        return out;
    }

    /** Takes everything else. */
    public PrintWriter err() {
        return err;
    }

    /** Prints a result of many lines as it is laid out; the values in it are quoted, as in JSON. */
    public void document(String text) {
        out.print(text.endsWith("\n") ? text : text + "\n");
        out.flush();
    }

    /** Takes help and the version, which hold no values and on a terminal are printed in bold here and there. */
    public PrintWriter help() {
        return help;
    }

    /** Whether a person watches standard error, so that a progress bar makes sense. */
    public boolean watched() {
        return watched;
    }
}
