package dev.satchel.delivery;

/** Where {@link FaultyFileStore} fails. */
enum Fault {
    NONE,
    READ,
    OPEN,
    WRITE,
    COMMIT,
    CLOSE
}
