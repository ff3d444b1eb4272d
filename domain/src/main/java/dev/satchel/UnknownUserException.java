package dev.satchel;

/** A request names a user who does not exist. */
public final class UnknownUserException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UnknownUserException(UserId user) {
        super("no user has the id " + user);
    }
}
