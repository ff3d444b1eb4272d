package dev.satchel.batchexport.terminal;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Escapes all text as {@link VisibleText} before writing it.
 *
 * <p>{@code println} writes exactly one line, and {@code printf} keeps line breaks of the format but escapes those in
 * values, so that a value cannot forge a line. {@code print} keeps line breaks, and is for documents whose values are
 * quoted, such as JSON.
 */
public final class TerminalWriter extends PrintWriter {

    /** Flushes at the end of each line. */
    public TerminalWriter(Writer out) {
        super(out, true);
    }

    @Override
    public void write(int character) {
        write(String.valueOf((char) character));
    }

    @Override
    public void write(char[] characters, int offset, int length) {
        write(new String(characters, offset, length));
    }

    @Override
    public void write(String text, int offset, int length) {
        String visible = VisibleText.lines(text.substring(offset, offset + length));
        super.write(visible, 0, visible.length());
    }

    @Override
    public void println(@Nullable String line) {
        String text = String.valueOf(line);
        // Lines of stack traces are indented by tabs, which are kept.
        int indent = 0;
        while (indent < text.length() && text.charAt(indent) == '\t') {
            indent++;
        }
        super.println(text.substring(0, indent) + VisibleText.line(text.substring(indent)));
    }

    @Override
    public void println(@Nullable Object line) {
        println(String.valueOf(line));
    }

    @Override
    public void println(char[] line) {
        println(new String(line));
    }

    @Override
    public PrintWriter format(String format, @Nullable Object... values) {
        return super.format(format, visible(values));
    }

    @Override
    public PrintWriter format(@Nullable Locale locale, String format, @Nullable Object... values) {
        return super.format(locale, format, visible(values));
    }

    private static @Nullable Object[] visible(@Nullable Object... values) {
        return Stream.of(values)
                .map(value -> value == null || value instanceof Number || value instanceof Boolean
                        ? value
                        : VisibleText.line(value.toString()))
                .toArray();
    }
}
