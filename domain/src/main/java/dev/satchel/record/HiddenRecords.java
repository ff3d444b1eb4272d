package dev.satchel.record;

/**
 * A user's records that row-level security hides from that user, so that they are missing in the user's file.
 *
 * @param table the table that holds them, with its schema
 * @param records how many the user cannot see
 * @param of how many the user has in all
 * @param reason why the operator accepts the gap; empty if it is not accepted
 */
public record HiddenRecords(Dataset dataset, String table, long records, long of, String reason) {}
