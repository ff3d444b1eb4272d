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
    private static final Set<String> VOID = Set.of("br", "hr", "link", "meta", "wbr");

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

    /** Writes the styles, a text of ours that HTML reads as it is: it has none of the characters that are escaped. */
    Html styles(String css) {
        return write(() -> {
            if (css.matches("(?s).*[<>&].*")) {
                throw new IllegalArgumentException("HTML and XML would read these styles differently");
            }
            out.writeStartElement("style");
            out.writeCharacters(css);
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
