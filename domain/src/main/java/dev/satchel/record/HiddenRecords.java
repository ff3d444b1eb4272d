package dev.satchel.record;

/**
 * Records of a user that the user cannot see, and that a file of theirs therefore lacks.
 *
 * @param table the table that holds them, with its schema
 * @param records how many the user cannot see
 * @param of how many are the user's
 * @param reason why the operator accepts that; empty where nobody has
 */
public record HiddenRecords(Dataset dataset, String table, long records, long of, String reason) {}
