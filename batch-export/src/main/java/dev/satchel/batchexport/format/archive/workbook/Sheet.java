package dev.satchel.batchexport.format.archive.workbook;

import dev.satchel.batchexport.format.value.RecordObjects.Day;
import dev.satchel.batchexport.format.value.RecordObjects.Json;
import dev.satchel.batchexport.format.value.RecordObjects.Moment;
import dev.satchel.record.RecordSink.NonFinite;
import java.io.IOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One sheet of a workbook, in SpreadsheetML (ISO/IEC 29500). A text is a text, so it is never taken for a formula, a date
 * or a number. Times are local ones in whole seconds, because a time of a spreadsheet has no zone. What a number or a
 * date of a spreadsheet cannot hold exactly is a text too.
 */
final class Sheet {

    /** The most rows of a sheet, with the header. */
    static final int MOST_ROWS = 1_048_576;

    private static final String BEGIN = """
            <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
            <worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews>\
            <sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>\
            </sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>\
            <cols><col min="1" max="COLUMNS" width="22" customWidth="1"/></cols><sheetData>""";

    /** So many digits of any number a spreadsheet holds. */
    private static final int DIGITS = 15;

    /** More than these no number of a spreadsheet needs. */
    private static final int MOST_DIGITS = 17;

    private static final int LARGEST_EXPONENT = 300;

    private static final LocalDate DAY_ZERO = LocalDate.of(1899, 12, 30);
    /** Excel takes 1900 for a leap year, so programs disagree about the days before. */
    private static final LocalDate FIRST_DAY = LocalDate.of(1900, 3, 1);

    private static final LocalDate LAST_DAY = LocalDate.of(9999, 12, 31);
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final double SECONDS_PER_DAY = 86_400;

    /** The places of the formats in {@code styles.xml}. */
    private static final int HEADER = 1;

    private static final int TIME = 2;
    private static final int DATE = 3;
    private static final int TEXT = 4;

    private final Writer out;
    private final ZoneId zone;
    private final String cutNote;
    private final String[] letters;
    private int rows;
    private long cutTexts;

    /** @param cutNote the end of a text that was cut */
    private Sheet(Writer out, ZoneId zone, String cutNote, int columns) {
        this.out = out;
        this.zone = zone;
        this.cutNote = cutNote;
        this.letters = new String[columns];
        for (int column = 0; column < columns; column++) {
            letters[column] = letters(column);
        }
    }

    static Sheet begin(Writer out, ZoneId zone, String cutNote, List<String> header) throws IOException {
        Sheet sheet = new Sheet(out, zone, cutNote, header.size());
        out.write(BEGIN.replace("COLUMNS", Integer.toString(header.size())));
        sheet.beginRow();
        for (int column = 0; column < header.size(); column++) {
            sheet.text(column, HEADER, header.get(column));
        }
        sheet.endRow();
        return sheet;
    }

    private static String letters(int column) {
        String last = String.valueOf((char) ('A' + column % 26));
        return column < 26 ? last : letters(column / 26 - 1) + last;
    }

    int rows() {
        return rows;
    }

    /** How many texts were too long for a cell. */
    long cutTexts() {
        return cutTexts;
    }

    void row(List<@Nullable Object> values) throws IOException {
        beginRow();
        for (int column = 0; column < values.size(); column++) {
            Object value = values.get(column);
            if (value != null) {
                cell(column, value);
            }
        }
        endRow();
    }

    private void beginRow() throws IOException {
        rows++;
        out.write("<row r=\"" + rows + "\">");
    }

    private void endRow() throws IOException {
        out.write("</row>");
    }

    private void cell(int column, Object value) throws IOException {
        if (value instanceof Boolean bool) {
            typed(column, " t=\"b\"", bool ? "1" : "0");
        } else if (value instanceof Long integer) {
            number(column, BigDecimal.valueOf(integer));
        } else if (value instanceof BigDecimal decimal) {
            number(column, decimal);
        } else if (value instanceof Moment moment) {
            time(column, moment);
        } else if (value instanceof Day day) {
            date(column, LocalDate.ofEpochDay(day.epochDay()));
        } else if (value instanceof Json json) {
            text(column, TEXT, json.text());
        } else if (value instanceof NonFinite none) {
            text(column, TEXT, none.text());
        } else if (value instanceof String || value instanceof UUID) {
            text(column, TEXT, value.toString());
        } else {
            throw new IllegalArgumentException("a sheet cannot hold " + value.getClass());
        }
    }

    private void number(int column, BigDecimal value) throws IOException {
        BigDecimal shortest = value.stripTrailingZeros();
        int exponent = shortest.precision() - shortest.scale();
        if (Math.abs(exponent) < LARGEST_EXPONENT && isHeldExactly(shortest)) {
            typed(column, "", shortest.toString());
        } else {
            text(column, TEXT, value.toPlainString());
        }
    }

    // Programs print the shortest number that gives the same double. A longer whole number is an id rather than a
    // measure, and programs show 15 digits of it.
    private static boolean isHeldExactly(BigDecimal shortest) {
        if (shortest.precision() <= DIGITS) {
            return true;
        }
        if (shortest.precision() > MOST_DIGITS || shortest.scale() <= 0) {
            return false;
        }
        double held = shortest.doubleValue();
        for (int digits = DIGITS; digits < shortest.precision(); digits++) {
            if (rounded(held, digits).doubleValue() == held) {
                return false;
            }
        }
        return rounded(held, shortest.precision()).compareTo(shortest) == 0;
    }

    private static BigDecimal rounded(double held, int digits) {
        return new BigDecimal(held).round(new MathContext(digits));
    }

    private void time(int column, Moment moment) throws IOException {
        LocalDateTime local =
                Instant.ofEpochSecond(moment.epochSecond()).atZone(zone).toLocalDateTime();
        if (isDate(local.toLocalDate())) {
            double days = ChronoUnit.DAYS.between(DAY_ZERO, local.toLocalDate())
                    + local.toLocalTime().toSecondOfDay() / SECONDS_PER_DAY;
            typed(column, style(TIME), Double.toString(days));
        } else {
            text(column, TEXT, local.toLocalDate() + " " + CLOCK.format(local));
        }
    }

    private void date(int column, LocalDate day) throws IOException {
        if (isDate(day)) {
            typed(column, style(DATE), Long.toString(ChronoUnit.DAYS.between(DAY_ZERO, day)));
        } else {
            text(column, TEXT, day.toString());
        }
    }

    private static boolean isDate(LocalDate day) {
        return !day.isBefore(FIRST_DAY) && !day.isAfter(LAST_DAY);
    }

    private static String style(int place) {
        return " s=\"" + place + "\"";
    }

    private void typed(int column, String attributes, String value) throws IOException {
        open(column, attributes);
        out.write("<v>");
        out.write(value);
        out.write("</v></c>");
    }

    private void open(int column, String attributes) throws IOException {
        out.write("<c r=\"");
        out.write(letters[column]);
        out.write(Integer.toString(rows));
        out.write("\"");
        out.write(attributes);
        out.write(">");
    }

    private void text(int column, int style, String text) throws IOException {
        open(column, style(style) + " t=\"inlineStr\"");
        out.write("<is><t xml:space=\"preserve\">");
        if (text.length() > XmlText.LONGEST) {
            cutTexts++;
            XmlText.write(out, XmlText.cut(text, XmlText.LONGEST - cutNote.length()) + cutNote);
        } else {
            XmlText.write(out, text);
        }
        out.write("</t></is></c>");
    }

    void end() throws IOException {
        out.write("</sheetData></worksheet>");
    }
}
