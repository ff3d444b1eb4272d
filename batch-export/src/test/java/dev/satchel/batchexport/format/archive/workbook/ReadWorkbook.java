package dev.satchel.batchexport.format.archive.workbook;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** A workbook, read with the XML parser of the JDK. */
final class ReadWorkbook {

    /** @param value its text, or its number as it is written */
    record Cell(String type, String style, String value) {}

    private final Map<String, byte[]> parts = new LinkedHashMap<>();
    private final Set<LocalDateTime> times = new LinkedHashSet<>();

    ReadWorkbook(byte[] xlsx) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(xlsx))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                parts.put(entry.getName(), zip.readAllBytes());
                times.add(entry.getTimeLocal());
            }
        }
    }

    /** When the files inside were modified, each time once. */
    Set<LocalDateTime> times() {
        return times;
    }

    Map<String, byte[]> parts() {
        return parts;
    }

    /** The names of the sheets, and the parts they are in. */
    Map<String, String> sheets() {
        Map<String, String> targets = new LinkedHashMap<>();
        for (Element relation : elements(parsed("xl/_rels/workbook.xml.rels"), "Relationship")) {
            targets.put(relation.getAttribute("Id"), "xl/" + relation.getAttribute("Target"));
        }
        Map<String, String> sheets = new LinkedHashMap<>();
        for (Element sheet : elements(parsed("xl/workbook.xml"), "sheet")) {
            sheets.put(sheet.getAttribute("name"), targets.get(sheet.getAttribute("r:id")));
        }
        return sheets;
    }

    /** The cells of a sheet by their places. */
    Map<String, Cell> cells(String sheet) {
        Map<String, Cell> cells = new LinkedHashMap<>();
        for (Element cell : elements(parsed(sheets().get(sheet)), "c")) {
            cells.put(
                    cell.getAttribute("r"),
                    new Cell(cell.getAttribute("t"), cell.getAttribute("s"), cell.getTextContent()));
        }
        return cells;
    }

    /** How many elements of a name a sheet has. */
    int count(String sheet, String name) {
        return elements(parsed(sheets().get(sheet)), name).length;
    }

    private Document parsed(String part) {
        try (InputStream in = new ByteArrayInputStream(parts.get(part))) {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in);
        } catch (IOException | SAXException | ParserConfigurationException unreadable) {
            throw new AssertionError(part, unreadable);
        }
    }

    private static Element[] elements(Document document, String name) {
        NodeList found = document.getElementsByTagName(name);
        Element[] elements = new Element[found.getLength()];
        for (int index = 0; index < elements.length; index++) {
            elements[index] = (Element) found.item(index);
        }
        return elements;
    }
}
