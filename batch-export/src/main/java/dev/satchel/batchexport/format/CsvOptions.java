package dev.satchel.batchexport.format;

/**
 * What people may want different in a CSV file.
 *
 * @param byteOrderMark whether a file begins with U+FEFF, without which Excel garbles accents; some programs take it for
 *     a part of the first column's name
 * @param defuseFormulas whether a text that a spreadsheet would run as a formula gets a leading {@code '}
 */
public record CsvOptions(boolean byteOrderMark, boolean defuseFormulas) {

    /** Made for people who open the file in a spreadsheet. */
    public static final CsvOptions DEFAULT = new CsvOptions(true, true);
}
