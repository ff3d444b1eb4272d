package dev.satchel.batchexport.format.csv;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The options of a CSV file; {@link EscapedFormulas} says how formulas are escaped.
 *
 * @param bom whether a file begins with a byte order mark (U+FEFF). Without it, Excel garbles accents; some other
 *     programs read it as a part of the first column's name
 * @param escapeFormulas whether texts that a spreadsheet would run as formulas are escaped with an apostrophe
 */
@ConfigurationProperties("satchel.csv")
public record CsvOptions(
        @DefaultValue("true") boolean bom,
        @DefaultValue("true") boolean escapeFormulas) {

    /** The defaults, for files that are opened in a spreadsheet. */
    public static final CsvOptions DEFAULT = new CsvOptions(true, true);
}
