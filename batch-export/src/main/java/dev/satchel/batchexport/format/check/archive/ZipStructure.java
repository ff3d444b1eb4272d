package dev.satchel.batchexport.format.check.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.batchexport.format.check.Difference.Kind;
import dev.satchel.batchexport.format.check.UnreadableContentException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The files of a ZIP, as its directory lists them. Every byte that is not content is compared with what Satchel writes
 * there: programs that read a ZIP ignore much of it, so that a change would go unnoticed, and some read the directory and
 * others the headers, so that the two could list different files.
 */
final class ZipStructure {

    /** Far more than the datasets of an application have files. */
    private static final int MOST_FILES = 10_000;

    private static final int LONGEST_NAME = 500;

    private static final int END = 22;
    private static final int END64 = 56;
    private static final int LOCATOR64 = 20;
    private static final int LOCAL = 30;
    private static final int CENTRAL = 46;

    private static final int LOCAL_SIGNATURE = 0x04034b50;
    private static final int DESCRIPTOR_SIGNATURE = 0x08074b50;
    private static final int CENTRAL_SIGNATURE = 0x02014b50;
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int END64_SIGNATURE = 0x06064b50;
    private static final int LOCATOR64_SIGNATURE = 0x07064b50;

    private static final int DEFLATED = 8;
    /** Sizes follow the content, and names are UTF-8. */
    private static final int FLAGS = 0x0808;

    private static final int VERSION = 20;
    private static final int VERSION64 = 45;
    private static final int EXTRA64 = 1;
    private static final int SHORT64 = 0xFFFF;
    private static final long INT64 = 0xFFFF_FFFFL;

    private final FileChannel file;
    private final Findings findings;
    private final List<Entry> entries = new ArrayList<>();
    private long expectedAt;

    /**
     * A file in the ZIP.
     *
     * @param time in the format of MS-DOS
     * @param bytes its size before compression, as the ZIP states it
     * @param contentAt where its compressed content is
     */
    record Entry(String name, int time, int crc, long compressed, long bytes, long contentAt) {}

    private ZipStructure(FileChannel file, Findings findings) {
        this.file = file;
        this.findings = findings;
    }

    /** Whether the file begins like a ZIP. */
    static boolean isZip(FileChannel file) throws IOException {
        return file.size() >= END
                && (read(file, 0, 4).getInt() == LOCAL_SIGNATURE
                        || read(file, 0, 4).getInt() == END_SIGNATURE);
    }

    /** The files, in the order of the ZIP. */
    static List<Entry> read(FileChannel file, Findings findings) throws IOException {
        ZipStructure zip = new ZipStructure(file, findings);
        zip.readAll();
        return zip.entries;
    }

    private static ByteBuffer read(FileChannel file, long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        long position = at;
        while (bytes.hasRemaining()) {
            int read = at < 0 ? -1 : file.read(bytes, position);
            if (read < 0) {
                throw new UnreadableContentException("the ZIP names a place outside of it");
            }
            position += read;
        }
        return bytes.flip();
    }

    private void readAll() throws IOException {
        long size = file.size();
        if (size < END) {
            throw new UnreadableContentException("it is too short for a ZIP");
        }
        ByteBuffer end = read(file, size - END, END);
        if (end.getInt() != END_SIGNATURE) {
            throw new UnreadableContentException(
                    "its last bytes are not the end of a ZIP: it was cut off, or something was added");
        }
        int disks = end.getInt();
        int filesHere = end.getShort() & SHORT64;
        int files = end.getShort() & SHORT64;
        long length = end.getInt() & INT64;
        long at = end.getInt() & INT64;
        same("", "the comment of the ZIP", 0, end.getShort());
        same("", "the number of its disks", 0, disks);
        same("", "the number of files on this disk", files, filesHere);
        long count = files;
        long endAt = size - END;
        if (files == SHORT64 || length == INT64 || at == INT64) {
            ByteBuffer locator = read(file, size - END - LOCATOR64, LOCATOR64);
            same("", "the locator of the long end", LOCATOR64_SIGNATURE, locator.getInt());
            same("", "the disk of the long end", 0, locator.getInt());
            long end64At = locator.getLong();
            same("", "the number of disks in the locator", 1, locator.getInt());
            endAt = size - END - LOCATOR64 - END64;
            same("", "the place of the long end", endAt, end64At);
            ByteBuffer end64 = read(file, endAt, END64);
            same("", "the long end", END64_SIGNATURE, end64.getInt());
            same("", "the length of the long end", END64 - 12, end64.getLong());
            same("", "the version of the long end", VERSION64, end64.getShort());
            same("", "the version that the long end needs", VERSION64, end64.getShort());
            same("", "the disks of the long end", 0, end64.getLong());
            long filesHere64 = end64.getLong();
            count = end64.getLong();
            same("", "the number of files on this disk", count, filesHere64);
            long length64 = end64.getLong();
            long at64 = end64.getLong();
            same("", "the number of files", Math.min(count, SHORT64), files);
            same("", "the length of the directory", Math.min(length64, INT64), length);
            same("", "the place of the directory", Math.min(at64, INT64), at);
            length = length64;
            at = at64;
        }
        if (count < 0 || count > MOST_FILES) {
            throw new UnreadableContentException(
                    "it holds " + count + " files, and an archive of Satchel's at most " + MOST_FILES);
        }
        if (at < 0 || length < count * CENTRAL || at + length != endAt) {
            throw new UnreadableContentException("the directory of the ZIP is not where its end says");
        }
        directory(at, endAt, count);
        same("", "the place where the content ends and the directory begins", expectedAt, at);
    }

    private void directory(long at, long endAt, long count) throws IOException {
        Set<String> names = new HashSet<>();
        long next = at;
        for (long index = 0; index < count; index++) {
            ByteBuffer central = read(file, next, CENTRAL);
            if (central.getInt() != CENTRAL_SIGNATURE) {
                throw new UnreadableContentException("the directory of the ZIP is damaged at its file " + (index + 1));
            }
            int madeBy = central.getShort() & SHORT64;
            int needed = central.getShort() & SHORT64;
            int flags = central.getShort() & SHORT64;
            int method = central.getShort() & SHORT64;
            int time = central.getInt();
            int crc = central.getInt();
            long compressed = central.getInt() & INT64;
            long bytes = central.getInt() & INT64;
            int nameLength = central.getShort() & SHORT64;
            int extraLength = central.getShort() & SHORT64;
            int commentLength = central.getShort() & SHORT64;
            int disk = central.getShort() & SHORT64;
            int internal = central.getShort() & SHORT64;
            int external = central.getInt();
            long offset = central.getInt() & INT64;
            if (nameLength == 0 || nameLength > LONGEST_NAME) {
                throw new UnreadableContentException("the directory of the ZIP has a name of " + nameLength + " bytes");
            }
            byte[] rawName = new byte[nameLength];
            read(file, next + CENTRAL, nameLength).get(rawName);
            String name = new String(rawName, UTF_8);
            boolean isLong = compressed == INT64 || bytes == INT64 || offset == INT64;
            if (isLong) {
                int fields = (bytes == INT64 ? 1 : 0) + (compressed == INT64 ? 1 : 0) + (offset == INT64 ? 1 : 0);
                same(name, "the length of the extra field", 4L + 8L * fields, extraLength);
                ByteBuffer extra = read(file, next + CENTRAL + nameLength, 4 + 8 * fields);
                same(name, "the kind of the extra field", EXTRA64, extra.getShort());
                same(name, "the size of the extra field", 8L * fields, extra.getShort());
                bytes = bytes == INT64 ? extra.getLong() : bytes;
                compressed = compressed == INT64 ? extra.getLong() : compressed;
                offset = offset == INT64 ? extra.getLong() : offset;
            } else {
                same(name, "the length of the extra field", 0, extraLength);
            }
            same(name, "the version of the writer", isLong ? VERSION64 : VERSION, madeBy);
            same(name, "the version that is needed", isLong ? VERSION64 : VERSION, needed);
            same(name, "the flags", FLAGS, flags);
            same(name, "the method of compression", DEFLATED, method);
            same(name, "the length of the comment", 0, commentLength);
            same(name, "the disk", 0, disk);
            same(name, "the internal attributes", 0, internal);
            same(name, "the external attributes", 0, external);
            same(name, "the place of the file", expectedAt, offset);
            if (!names.add(name)) {
                throw new UnreadableContentException("the ZIP has two files of the name " + name);
            }
            if (compressed < 0 || bytes < 0 || offset < 0) {
                throw new UnreadableContentException("the directory of the ZIP states a negative size");
            }
            if (offset < expectedAt || compressed > at - offset) {
                throw new UnreadableContentException("files in the ZIP overlap");
            }
            Entry entry = new Entry(name, time, crc, compressed, bytes, offset + LOCAL + nameLength);
            local(entry, rawName, offset);
            entries.add(entry);
            next += CENTRAL + nameLength + extraLength + commentLength;
        }
        same("", "the end of the directory", endAt, next);
    }

    private void local(Entry entry, byte[] rawName, long at) throws IOException {
        String name = entry.name();
        ByteBuffer local = read(file, at, LOCAL + rawName.length);
        same(name, "the beginning of the header", LOCAL_SIGNATURE, local.getInt());
        same(name, "the version that is needed, in the header", VERSION, local.getShort());
        same(name, "the flags in the header", FLAGS, local.getShort() & SHORT64);
        same(name, "the method of compression in the header", DEFLATED, local.getShort());
        same(name, "the time in the header", entry.time(), local.getInt());
        same(name, "the checksum in the header", 0, local.getInt());
        same(name, "the sizes in the header", 0, local.getLong());
        same(name, "the length of the name in the header", rawName.length, local.getShort() & SHORT64);
        same(name, "the length of the extra field in the header", 0, local.getShort());
        byte[] localName = new byte[rawName.length];
        local.get(localName);
        if (!Arrays.equals(rawName, localName)) {
            findings.add(Kind.ZIP, name, "the name in the header as in the directory", "another name");
        }
        boolean isLong = entry.compressed() >= INT64 || entry.bytes() >= INT64;
        long descriptorAt = entry.contentAt() + entry.compressed();
        ByteBuffer descriptor = read(file, descriptorAt, isLong ? 24 : 16);
        same(name, "the beginning of what follows the content", DESCRIPTOR_SIGNATURE, descriptor.getInt());
        same(name, "the checksum after the content", entry.crc(), descriptor.getInt());
        same(
                name,
                "the compressed size after the content",
                entry.compressed(),
                isLong ? descriptor.getLong() : descriptor.getInt() & INT64);
        same(
                name,
                "the size after the content",
                entry.bytes(),
                isLong ? descriptor.getLong() : descriptor.getInt() & INT64);
        expectedAt = descriptorAt + (isLong ? 24 : 16);
    }

    private void same(String name, String what, long expected, long found) {
        if (expected != found) {
            findings.add(Kind.ZIP, name, what + " " + expected, String.valueOf(found));
        }
    }
}
