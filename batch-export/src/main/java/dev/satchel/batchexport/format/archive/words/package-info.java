/**
 * The learner's words in an archive. {@link dev.satchel.batchexport.format.archive.words.WordRecords} finds them among all
 * records, for any part that shows words; {@link dev.satchel.batchexport.format.archive.words.WordsPart} writes them as a
 * short table for people.
 */
@NullMarked
package dev.satchel.batchexport.format.archive.words;

import org.jspecify.annotations.NullMarked;
