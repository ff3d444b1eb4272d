package dev.satchel.keyset;

/**
 * A file must not be used as it is. The problem completes a sentence that begins with the file's name; the remedy is a
 * sentence of its own.
 */
final class RefusedFileException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String problem;
    private final String remedy;

    RefusedFileException(String problem, String remedy) {
        super(problem + ": " + remedy);
        this.problem = problem;
        this.remedy = remedy;
    }

    String problem() {
        return problem;
    }

    String remedy() {
        return remedy;
    }
}
