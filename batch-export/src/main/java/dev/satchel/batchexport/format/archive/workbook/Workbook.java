package dev.satchel.batchexport.format.archive.workbook;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a workbook for Excel and LibreOffice (Office Open XML, ISO/IEC 29500), sheet after sheet. Nothing of a sheet is
 * kept in memory, and nothing in the file depends on when or where it is written. Used by one thread.
 */
final class Workbook implements Closeable {

    private static final String HEAD = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
    private static final String MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private static final String DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private static final String PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships";

    private static final String CONTENT_TYPES = """
            <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">\
            <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
            <Default Extension="xml" \
            ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>\
            <Override PartName="/xl/workbook.xml" \
            ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>\
            <Override PartName="/xl/styles.xml" \
            ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>""";

    /** Its fonts are plain and bold; its formats those that {@link Sheet} names, in that order. */
    private static final String STYLES = """
            <styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">\
            <numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/>\
            <numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/></numFmts>\
            <fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>\
            <font><b/><sz val="11"/><name val="Calibri"/></font></fonts>\
            <fills count="2"><fill><patternFill patternType="none"/></fill>\
            <fill><patternFill patternType="gray125"/></fill></fills>\
            <borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
            <cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>\
            <cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>\
            <xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>\
            <xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>\
            <xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>\
            <xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>\
            <cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>""";

    private static final int LONGEST_NAME = 31;

    private final ZipOutputStream zip;
    private final Writer out;
    private final LocalDateTime time;
    private final List<String> names = new ArrayList<>();

    private Workbook(OutputStream out, LocalDateTime time) {
        this.zip = new ZipOutputStream(out, UTF_8);
        // Less work than the usual level, for a file that is somewhat larger.
        zip.setLevel(4);
        this.out = new BufferedWriter(new OutputStreamWriter(zip, UTF_8), 64 * 1024);
        this.time = time;
    }

    /** @param time the time of the files inside */
    static Workbook begin(OutputStream out, LocalDateTime time) throws IOException {
        Workbook workbook = new Workbook(out, time);
        // First, because programs recognize the file by it. The number of sheets is not known yet, so theirs is the
        // default type.
        workbook.file("[Content_Types].xml", CONTENT_TYPES);
        return workbook;
    }

    /** Begins a sheet. The one before must have ended. */
    Sheet beginSheet(String name, List<String> header, ZoneId zone, String cutNote) throws IOException {
        names.add(unusedName(name));
        begin("xl/worksheets/sheet" + names.size() + ".xml");
        return Sheet.begin(out, zone, cutNote, header);
    }

    void endSheet(Sheet sheet) throws IOException {
        sheet.end();
        end();
    }

    // Names may differ in more than their case, and Excel keeps one for itself.
    private String unusedName(String wanted) {
        String name = wanted.substring(0, Math.min(wanted.length(), LONGEST_NAME));
        for (int number = 2; isUsed(name); number++) {
            String end = "~" + number;
            name = wanted.substring(0, Math.min(wanted.length(), LONGEST_NAME - end.length())) + end;
        }
        return name;
    }

    private boolean isUsed(String name) {
        return name.equalsIgnoreCase("history") || names.stream().anyMatch(name::equalsIgnoreCase);
    }

    /** Completes the file. */
    void finish() throws IOException {
        StringBuilder sheets = new StringBuilder();
        StringBuilder relations = new StringBuilder();
        for (int number = 1; number <= names.size(); number++) {
            sheets.append(String.format(
                    Locale.ROOT,
                    "<sheet name=\"%s\" sheetId=\"%d\" r:id=\"rId%d\"/>",
                    names.get(number - 1),
                    number,
                    number));
            relations.append(relation(number, "worksheet", "worksheets/sheet" + number + ".xml"));
        }
        file(
                "xl/workbook.xml",
                "<workbook xmlns=\"" + MAIN + "\" xmlns:r=\"" + DOCUMENT + "\"><sheets>" + sheets
                        + "</sheets></workbook>");
        file("xl/_rels/workbook.xml.rels", relations(relations + relation(names.size() + 1, "styles", "styles.xml")));
        file("xl/styles.xml", STYLES);
        file("_rels/.rels", relations(relation(1, "officeDocument", "xl/workbook.xml")));
        zip.close();
    }

    private static String relations(String relations) {
        return "<Relationships xmlns=\"" + PACKAGE + "\">" + relations + "</Relationships>";
    }

    private static String relation(int number, String type, String target) {
        return "<Relationship Id=\"rId" + number + "\" Type=\"" + DOCUMENT + "/" + type + "\" Target=\"" + target
                + "\"/>";
    }

    private void file(String path, String content) throws IOException {
        begin(path);
        out.write(HEAD);
        out.write(content);
        end();
    }

    private void begin(String path) throws IOException {
        ZipEntry entry = new ZipEntry(path);
        entry.setTimeLocal(time);
        zip.putNextEntry(entry);
    }

    private void end() throws IOException {
        out.flush();
        zip.closeEntry();
    }

    /** Frees what the compressor holds outside Java's memory. */
    @Override
    public void close() throws IOException {
        zip.close();
    }
}
