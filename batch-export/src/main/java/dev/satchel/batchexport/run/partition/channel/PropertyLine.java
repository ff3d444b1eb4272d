package dev.satchel.batchexport.run.partition.channel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * A line of a file of properties, with the lines that it goes on over. It may hold a password, so it has no {@code toString}.
 */
final class PropertyLine {

    private final int number;
    private final String text;

    private PropertyLine(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /** Those of the file, as {@link Properties} understands it: a line that ends with a backslash goes on in the next one. */
    static List<PropertyLine> of(Path file) throws IOException {
        List<PropertyLine> lines = new ArrayList<>();
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            int number = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                int first = ++number;
                StringBuilder text = new StringBuilder(line);
                while (!isComment(text) && goesOn(line)) {
                    line = reader.readLine();
                    if (line == null) {
                        break;
                    }
                    number++;
                    text.append('\n').append(line);
                }
                lines.add(new PropertyLine(first, text.toString()));
            }
        }
        return lines;
    }

    private static boolean isComment(CharSequence text) {
        String begin = text.toString().stripLeading();
        return begin.startsWith("#") || begin.startsWith("!");
    }

    // Two backslashes are one that is meant.
    private static boolean goesOn(String line) {
        int end = line.length();
        while (end > 0 && line.charAt(end - 1) == '\\') {
            end--;
        }
        return (line.length() - end) % 2 != 0;
    }

    /** The number in the file, from 1; of the first line if there are several. */
    int number() {
        return number;
    }

    /**
     * The property, or none if it is empty or a comment.
     *
     * @throws IllegalArgumentException if it is malformed; the message may quote the line
     */
    Properties property() {
        Properties property = new Properties();
        try {
            property.load(new StringReader(text));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return property;
    }
}
