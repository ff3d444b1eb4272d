package dev.satchel.batchexport.format.check;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.OptionalLong;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;

/** Counts the records of a CSV file, by Commons CSV. */
final class CsvRecords {

    private static final int BYTE_ORDER_MARK = 0xFEFF;

    private CsvRecords() {}

    /** The number of records after the header; empty if there is no header. Does not close the stream. */
    static OptionalLong count(InputStream in) throws IOException {
        BufferedReader text = new BufferedReader(new InputStreamReader(
                in,
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)));
        text.mark(1);
        if (text.read() != BYTE_ORDER_MARK) {
            text.reset();
        }
        // Closing the parser would close the stream, which goes on with the next file of an archive.
        Iterator<CSVRecord> rows = CSVFormat.RFC4180.parse(text).iterator();
        if (!rows.hasNext()) {
            return OptionalLong.empty();
        }
        int columns = rows.next().size();
        long count = 0;
        while (rows.hasNext()) {
            count++;
            int fields = rows.next().size();
            if (fields != columns) {
                throw new UnreadableContentException(
                        "record " + count + " has " + fields + " fields, the header has " + columns);
            }
        }
        return OptionalLong.of(count);
    }
}
