package dev.satchel.batchexport.format.csv;

import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What people may want different in a CSV file.
 *
 * @param bom whether a file begins with U+FEFF, without which Excel garbles accents; some programs take it for
 *     a part of the first column's name
 * @param escapeFormulas whether what a spreadsheet would run as a formula is marked by {@code '}, as {@link EscapedFormulas} says
 */
public record CsvOptions(
        @DefaultValue("true") boolean bom,
        @DefaultValue("true") boolean escapeFormulas) {

    /** Made for people who open the file in a spreadsheet. */
    public static final CsvOptions DEFAULT = new CsvOptions(true, true);
}
