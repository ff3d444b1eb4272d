package dev.satchel.batchexport.page;

import dev.satchel.batchexport.terminal.VisibleText;
import java.io.Writer;
import java.util.Set;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * Writes HTML with inline SVG, element by element, and keeps none of it. Each text and each value of an attribute is
 * escaped, and what a reader could not see in it is made visible, so that no name can forge a part of the page.
 *
 * <p>What is written is well-formed XML too.
 */
public final class Html {

    /** HTML knows no end of these. */
    private static final Set<String> VOID = Set.of("br", "hr", "input", "link", "meta", "wbr");

    private final XMLStreamWriter out;

    /** Writes to {@code target}, which stays open. */
    public Html(Writer target) {
        try {
            // The JDK's own, whatever else is on the class path.
            out = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(target);
        } catch (XMLStreamException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Begins a document. */
    public Html doctype() {
        return write(() -> out.writeDTD("<!DOCTYPE html>\n"));
    }

    /**
     * Begins an element.
     *
     * @param attributes names and values, in turn
     */
    public Html begin(String element, String... attributes) {
        return write(() -> {
            if (VOID.contains(element)) {
                throw new IllegalArgumentException(element + " holds nothing");
            }
            out.writeStartElement(element);
            attributes(attributes);
        });
    }

    /** Ends the element that was begun last. */
    public Html end() {
        return write(out::writeEndElement);
    }

    /** Writes a text. */
    public Html text(String text) {
        return write(() -> out.writeCharacters(VisibleText.line(text)));
    }

    /**
     * Writes a text of a person in any language. It keeps line breaks and the invisible characters by which scripts and
     * emoji are joined, so it belongs into an element with {@code dir="auto"} that is a block of its own: no direction
     * in the text reaches beyond it. What no document can hold becomes the replacement character.
     */
    public Html prose(String text) {
        return write(() -> out.writeCharacters(holdable(text)));
    }

    private static String holdable(String text) {
        StringBuilder kept = new StringBuilder(text.length());
        text.replace("\r\n", "\n")
                .replace('\r', '\n')
                .codePoints()
                .forEach(point -> kept.appendCodePoint(isHoldable(point) ? point : 0xFFFD));
        return kept.toString();
    }

    private static boolean isHoldable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL -> point == '\n' || point == '\t';
            case Character.SURROGATE -> false;
            // U+FFFE, U+FFFF and the last two of each other plane are no characters.
            default -> (point & 0xFFFE) != 0xFFFE && (point < 0xFDD0 || point > 0xFDEF);
        };
    }

    /** Writes an element with a text. */
    public Html leaf(String element, String text, String... attributes) {
        return begin(element, attributes).text(text).end();
    }

    /** Writes an element that holds nothing: one of SVG, or one that holds nothing in HTML. */
    public Html empty(String element, String... attributes) {
        return write(() -> {
            out.writeEmptyElement(element);
            attributes(attributes);
        });
    }

    /** Begins a new line of the source, for people who read it. */
    public Html line() {
        return write(() -> out.writeCharacters("\n"));
    }

    /** Writes the element {@code style} or {@code script}, with a text of ours that HTML reads as it is. */
    Html verbatim(String element, String text) {
        return write(() -> {
            if (text.matches("(?s).*[<>&\r].*")) {
                throw new IllegalArgumentException("HTML and XML would read this " + element + " differently");
            }
            out.writeStartElement(element);
            out.writeCharacters(text);
            out.writeEndElement();
        });
    }

    /** Hands all that was written to the target. */
    public void flush() {
        write(out::flush);
    }

    private void attributes(String... attributes) throws XMLStreamException {
        for (int at = 0; at < attributes.length; at += 2) {
            out.writeAttribute(attributes[at], VisibleText.line(attributes[at + 1]));
        }
    }

    private Html write(Step step) {
        try {
            step.write();
        } catch (XMLStreamException failed) {
            throw new IllegalStateException("the page cannot be written", failed);
        }
        return this;
    }

    private interface Step {
        void write() throws XMLStreamException;
    }
}
