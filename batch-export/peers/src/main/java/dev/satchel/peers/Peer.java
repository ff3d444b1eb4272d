package dev.satchel.peers;

import java.sql.SQLException;

/** A system that hands exports to workers. */
interface Peer {

    /** Makes the system's own tables. */
    void prepare() throws SQLException;

    /** Hands an export, whose row exists, to the workers. */
    void enqueue(String export) throws SQLException;

    /** Starts to work, in threads of the system. */
    void work() throws Exception;
}
