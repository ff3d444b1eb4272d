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
 * A file that nobody but the process's user, root, and those whom root lets read it can read or replace.
 *
 * <p>The rule is PostgreSQL's for private keys: it belongs to the process's user with mode 0600 or less, or to root with
 * 0640 or less, which is how a Secret of Kubernetes is mounted. It has one name. Every directory that leads to it belongs
 * to one of the two and is writable by nobody else, its group included, as OpenSSH wants it of a key's directories; where
 * the sticky bit keeps what is in it from others, as in {@code /tmp}, others may write. Links are followed, and each
 * directory in which one lies is held to the same rule.
 */
final class PrivateFile {

    /** As many as Linux follows. */
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
     * Follows every link on the way to where the file is or would be.
     *
     * @throws RefusedFileException if there is no such directory, or others could put another file in its place
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

    /** Where it really is: no part of it is a link. */
    Path path() {
        return path;
    }

    /** Whether it belongs to the process's user, who alone can put another in its place that the same can read. */
    boolean isOwn(FileFacts facts) {
        return facts.uid() == self;
    }

    boolean exists() {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Opens the file once and reads it whole. What was opened is what was judged: it was the same before and after.
     *
     * @throws RefusedFileException if others can touch it, it is longer than {@code most} bytes, or no file
     * @throws ChangedFileException if it was replaced or changed meanwhile; to be tried again
     * @throws NoSuchFileException if there is none
     */
    byte[] read(int most) throws IOException, RefusedFileException {
        FileFacts judged = requirePrivate();
        try (InputStream in = Files.newInputStream(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            requireUnchanged(judged);
            byte[] content = in.readNBytes(most + 1);
            requireUnchanged(judged);
            if (content.length > most) {
                throw new RefusedFileException("is too long for a keyset", SECRET_FILE);
            }
            return content;
        }
    }

    /**
     * Judges the file that is there.
     *
     * @throws RefusedFileException if others can touch it, or it is no file
     * @throws ChangedFileException if it was replaced or changed meanwhile; to be tried again
     * @throws NoSuchFileException if there is none
     */
    FileFacts requirePrivate() throws IOException, RefusedFileException {
        FileFacts facts = FileFacts.of(path);
        if (!facts.isFile()) {
            throw new RefusedFileException("is no file", SECRET_FILE);
        }
        facts.requirePrivate(path, self);
        if (facts.names() != 1 && facts.names() != 1 + namesOfMakers(facts)) {
            requireUnchanged(facts);
            throw new RefusedFileException(
                    "has " + facts.names() + " names, through each of which it can be reached",
                    "delete the others ('find -samefile " + path + "' lists them), and rotate");
        }
        return facts;
    }

    // The name under which it was written, if whoever made it is about to take that away, or was killed before.
    private int namesOfMakers(FileFacts facts) throws IOException {
        int names = 0;
        for (Path copy : copies()) {
            try {
                names += FileFacts.of(copy).isSameFile(facts) ? 1 : 0;
            } catch (NoSuchFileException e) {
                // Just taken away.
            }
        }
        return names;
    }

    /** What changes of the file have written beside it and not taken away. */
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

    private void requireUnchanged(FileFacts judged) throws IOException {
        if (!FileFacts.of(path).equals(judged)) {
            throw new ChangedFileException(path);
        }
    }

    /** The number of the user that the process runs as. */
    static long self() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            // Real, effective, saved.
            return lines.filter(line -> line.startsWith("Uid:"))
                    .mapToLong(line -> Long.parseLong(line.split("\t", -1)[2]))
                    .findFirst()
                    .orElseThrow();
        } catch (NoSuchFileException e) {
            // Not Linux. There, this takes a user without a name, as containers have them, for root.
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

    // In a shared directory with the sticky bit everybody may make links of their own.
    private static void requireOwnLink(Path link, FileFacts facts, FileFacts directory, long self)
            throws IOException, RefusedFileException {
        if (isShared(directory) && !facts.belongsToAnyOf(self)) {
            throw new RefusedFileException(
                    "is reached through the link " + link + " of the user " + FileFacts.owner(link)
                            + ", who could let it lead elsewhere",
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
