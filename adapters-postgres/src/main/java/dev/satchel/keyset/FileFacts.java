package dev.satchel.keyset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Objects;

/**
 * The attributes of one file, without following a symbolic link. Immutable.
 *
 * @param changed when the content, the attributes or the number of hard links last changed (ctime)
 */
record FileFacts(long device, long inode, long uid, int gid, int mode, int names, FileTime changed) {

    private static final int ROOT = 0;

    private static final int TYPE = 0170000;
    private static final int DIRECTORY = 0040000;
    private static final int FILE = 0100000;
    private static final int LINK = 0120000;
    private static final int PERMISSIONS = 07777;

    /** @throws UnsupportedOperationException if the file system has no owners and permissions */
    static FileFacts of(Path path) throws IOException {
        Map<String, Object> facts =
                Files.readAttributes(path, "unix:dev,ino,uid,gid,mode,nlink,ctime", LinkOption.NOFOLLOW_LINKS);
        return new FileFacts(
                number(facts, "dev").longValue(),
                number(facts, "ino").longValue(),
                // The JDK returns the unsigned number as a signed int.
                Integer.toUnsignedLong(number(facts, "uid").intValue()),
                number(facts, "gid").intValue(),
                number(facts, "mode").intValue(),
                number(facts, "nlink").intValue(),
                (FileTime) Objects.requireNonNull(facts.get("ctime")));
    }

    private static Number number(Map<String, Object> facts, String name) {
        return (Number) Objects.requireNonNull(facts.get(name));
    }

    /** The name of the owner, or the user id if it has no name. */
    static String owner(Path path) throws IOException {
        return Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).getName();
    }

    boolean isFile() {
        return (mode & TYPE) == FILE;
    }

    boolean isDirectory() {
        return (mode & TYPE) == DIRECTORY;
    }

    boolean isLink() {
        return (mode & TYPE) == LINK;
    }

    boolean isSameFile(FileFacts other) {
        return device == other.device && inode == other.inode;
    }

    boolean belongsToAnyOf(long self) {
        return uid == self || uid == ROOT;
    }

    /**
     * Applies PostgreSQL's rule for files of private keys: owned by the user with at most 0600, or by root with at
     * most 0640.
     *
     * @param self the id of the user that the process runs as
     */
    void requirePrivate(Path path, long self) throws IOException, RefusedFileException {
        if (!belongsToAnyOf(self)) {
            throw new RefusedFileException(
                    "belongs to the user " + owner(path),
                    "run the command as that user, or give the path of a file that belongs to root or to the user that"
                            + " runs Satchel");
        }
        int allowed = uid == ROOT ? 0640 : 0600;
        if ((mode & PERMISSIONS & ~allowed) != 0) {
            throw new RefusedFileException(
                    "is open to others (" + permissions() + ")",
                    "take their rights away with 'chmod " + (uid == self ? "600" : "640") + " " + path
                            + "', and if others may have read it, rotate");
        }
    }

    /** The permissions as {@code ls} shows them, such as {@code rw-r-----}. */
    String permissions() {
        StringBuilder text = new StringBuilder("rwxrwxrwx");
        for (int i = 0; i < text.length(); i++) {
            if ((mode & (0400 >> i)) == 0) {
                text.setCharAt(i, '-');
            }
        }
        return text.toString();
    }
}
