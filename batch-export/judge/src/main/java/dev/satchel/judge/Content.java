package dev.satchel.judge;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.zip.CRC32C;

/** Which records a file holds, whatever its format and their order: their number, and a sum over each of them. */
public record Content(long records, long sum) {

    /** The content of an object that is not a file yet, such as an unfinished upload. */
    public static final Content NONE = new Content(0, 0);

    /** The content that consists of these records, each given as a text by which it can be told from every other. */
    public static Content of(Collection<String> records) {
        long sum = 0;
        for (String record : records) {
            CRC32C crc = new CRC32C();
            crc.update(record.getBytes(StandardCharsets.UTF_8));
            sum += crc.getValue();
        }
        return new Content(records.size(), sum);
    }
}
