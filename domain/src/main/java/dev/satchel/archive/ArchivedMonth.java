package dev.satchel.archive;

import java.net.URI;
import java.time.YearMonth;
import java.util.UUID;

/**
 * A file that holds the exports of a month, as JSON Lines: a line is a row of {@code export_history}, with its columns as
 * names and its times in UTC.
 *
 * @param month the month, in UTC, in which the exports were requested
 * @param part 1 for the first file of the month; what was not over then is in later ones
 * @param location where the file is
 * @param exports the number of lines
 * @param bytes the size of the file
 * @param sha256 of the file, in lower-case hexadecimal
 * @param isEmptied whether every row that it holds was deleted from the database
 */
public record ArchivedMonth(
        UUID id, YearMonth month, int part, URI location, long exports, long bytes, String sha256, boolean isEmptied) {}
