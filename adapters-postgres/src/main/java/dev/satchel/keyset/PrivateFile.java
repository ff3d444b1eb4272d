package dev.satchel.keyset;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A file that only the process's user and root can replace, and that only these and a group that root chose can read.
 *
 * <p>The rule is PostgreSQL's for private keys: the file belongs to the process's user with mode 0600 or less, or to
 * root with 0640 or less, which allows mounted Secrets of Kubernetes. It has no further hard links. Each directory of
 * its path belongs to that user or to root and, as OpenSSH requires for keys, neither its group nor others can write
 * to it, unless it has the sticky bit, as {@code /tmp} has. Symbolic links are followed, and the directories in which
 * they lie must satisfy the same rule.
 */
final class PrivateFile {

    /** The limit of Linux for symbolic links in a path. */
    private static final int MOST_LINKS = 40;

    private static final int GROUP_AND_OTHERS_WRITE = 0022;
    private static final int STICKY = 01000;

    private static final String SECRET_FILE = "give the path of a file made with 'satchel keys init'";
    private static final String OWN_DIRECTORIES =
            "give a path whose directories belong to root or to the user that runs Satchel";

    private final Path path;
    private final long self;

    private PrivateFile(Path path, long self) {
        this.path = path;
        this.self = self;
    }

    /**
     * Resolves every symbolic link of the path. The file itself need not exist.
     *
     * @throws RefusedFileException if its directory does not exist, or other users could replace the file
     */
    static PrivateFile at(Path path) throws IOException, RefusedFileException {
        Path reached = path.toAbsolutePath().getRoot();
        FileFacts root = FileFacts.of(reached);
        long self = self();
        requireOwn(reached, root, self);
        Deque<Path> rest = new ArrayDeque<>();
        path.toAbsolutePath().forEach(rest::add);
        int links = 0;
        while (!rest.isEmpty()) {
            Path name = rest.remove();
            if (name.toString().equals("..")) {
                reached = reached.getParent() == null ? reached : reached.getParent();
                continue;
            }
            Path next = reached.resolve(name).normalize();
            FileFacts facts;
            try {
                facts = FileFacts.of(next);
            } catch (NoSuchFileException e) {
                if (rest.isEmpty()) {
                    return new PrivateFile(next, self);
                }
                throw inNoDirectory();
            }
            if (facts.isLink()) {
                links++;
                if (links > MOST_LINKS) {
                    throw new RefusedFileException(
                            "is reached through more than " + MOST_LINKS + " links", SECRET_FILE);
                }
                requireOwnLink(next, facts, FileFacts.of(reached), self);
                Path target = Files.readSymbolicLink(next);
                if (target.isAbsolute()) {
                    reached = target.getRoot();
                }
                for (int i = target.getNameCount() - 1; i >= 0; i--) {
                    rest.addFirst(target.getName(i));
                }
                continue;
            }
            if (!rest.isEmpty()) {
                if (!facts.isDirectory()) {
                    throw inNoDirectory();
                }
                requireOwn(next, facts, self);
            }
            reached = next;
        }
        return new PrivateFile(reached, self);
    }

    /** The resolved path, of which no part is a symbolic link. */
    Path path() {
        return path;
    }

    /** Whether the file belongs to the process's user, so that a replacement by the process keeps the owner. */
    boolean isOwn(FileFacts facts) {
        return facts.uid() == self;
    }

    boolean exists() {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Reads the whole file after checking it. The attributes are compared before and after the reading, so that the
     * content is that of the checked file.
     *
     * @throws RefusedFileException if others can read or replace it, it has more than {@code most} bytes, or it is not
     *     a regular file
     * @throws ChangedFileException if it was replaced or changed in the meantime; the caller tries again
     * @throws NoSuchFileException if there is none
     */
    byte[] read(int most) throws IOException, RefusedFileException {
        FileFacts checked = requirePrivate();
        try (InputStream in = Files.newInputStream(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            requireUnchanged(checked);
            byte[] content = in.readNBytes(most + 1);
            requireUnchanged(checked);
            if (content.length > most) {
                throw new RefusedFileException("is too long for a keyset", SECRET_FILE);
            }
            return content;
        }
    }

    /**
     * Checks the file.
     *
     * @throws RefusedFileException if others can read or replace it, or it is not a regular file
     * @throws ChangedFileException if it was replaced or changed in the meantime; the caller tries again
     * @throws NoSuchFileException if there is none
     */
    FileFacts requirePrivate() throws IOException, RefusedFileException {
        FileFacts facts = FileFacts.of(path);
        if (!facts.isFile()) {
            throw new RefusedFileException("is not a regular file", SECRET_FILE);
        }
        facts.requirePrivate(path, self);
        if (facts.names() != 1 && facts.names() != 1 + temporaryNames(facts)) {
            requireUnchanged(facts);
            throw new RefusedFileException(
                    "has " + facts.names() + " hard links, through each of which it can be reached",
                    "delete the others ('find -samefile " + path + "' lists them), and rotate");
        }
        return facts;
    }

    // Counts the temporary names of the file, which a process is about to remove or, if it was killed, has left.
    private int temporaryNames(FileFacts facts) throws IOException {
        int names = 0;
        for (Path copy : copies()) {
            try {
                names += FileFacts.of(copy).isSameFile(facts) ? 1 : 0;
            } catch (NoSuchFileException e) {
                // Another process has just removed it.
            }
        }
        return names;
    }

    /** The temporary copies beside the file, which changes of it have made and not yet removed. */
    List<Path> copies() throws IOException {
        String name = Pattern.quote(String.valueOf(path.getFileName())) + "\\.[0-9a-f-]{36}\\.tmp";
        try (DirectoryStream<Path> files = Files.newDirectoryStream(
                path.resolveSibling(""),
                file -> String.valueOf(file.getFileName()).matches(name))) {
            List<Path> copies = new ArrayList<>();
            files.forEach(copies::add);
            return copies;
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private void requireUnchanged(FileFacts checked) throws IOException {
        if (!FileFacts.of(path).equals(checked)) {
            throw new ChangedFileException(path);
        }
    }

    /** The effective id of the user that the process runs as. */
    static long self() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            // The fields after "Uid:" are the real, the effective and the saved id.
            return lines.filter(line -> line.startsWith("Uid:"))
                    .mapToLong(line -> Long.parseLong(line.split("\t", -1)[2]))
                    .findFirst()
                    .orElseThrow();
        } catch (NoSuchFileException e) {
            // Systems other than Linux. UnixSystem is not used on Linux, because it returns 0 for a user without a
            // name, as in containers.
            return new UnixSystem().getUid();
        }
    }

    private static void requireOwn(Path directory, FileFacts facts, long self)
            throws IOException, RefusedFileException {
        if (!facts.belongsToAnyOf(self)) {
            throw new RefusedFileException(
                    "is reached through the directory " + directory + " of the user " + FileFacts.owner(directory)
                            + ", who could put another file in its place",
                    OWN_DIRECTORIES);
        }
        if (isShared(facts) && (facts.mode() & STICKY) == 0) {
            throw new RefusedFileException(
                    "is reached through the directory " + directory + ", where others could put another file in its"
                            + " place (" + facts.permissions() + ")",
                    "take their rights away with 'chmod go-w " + directory + "', or give another path");
        }
    }

    // In a shared directory with the sticky bit, such as /tmp, any user may create links.
    private static void requireOwnLink(Path link, FileFacts facts, FileFacts directory, long self)
            throws IOException, RefusedFileException {
        if (isShared(directory) && !facts.belongsToAnyOf(self)) {
            throw new RefusedFileException(
                    "is reached through the link " + link + " of the user " + FileFacts.owner(link)
                            + ", who could change where it leads",
                    "give a path without that link");
        }
    }

    private static boolean isShared(FileFacts directory) {
        return (directory.mode() & GROUP_AND_OTHERS_WRITE) != 0;
    }

    private static RefusedFileException inNoDirectory() {
        return new RefusedFileException("is in no directory that exists", "make the directory, or give another path");
    }
}
