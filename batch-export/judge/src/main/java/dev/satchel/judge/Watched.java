package dev.satchel.judge;

/**
 * The table in which a system's users see what has become of their exports, and how to read a change of one of its rows.
 *
 * <p>All but the table are SQL expressions over {@code OLD} and {@code NEW}.
 *
 * @param table with its schema; its column {@code id} names the export
 * @param claimed whether a worker took the export up by this change
 * @param published whether the system said by this change that the export is done
 * @param givenUp whether the system said by this change that the export failed for good
 * @param object the file of an export that is done, as the store's listing names it
 */
public record Watched(String table, String claimed, String published, String givenUp, String object) {}
