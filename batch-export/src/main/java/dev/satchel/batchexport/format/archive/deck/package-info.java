/**
 * The learner's words as a deck for Anki, the program for learning by spaced repetition. {@link
 * dev.satchel.batchexport.format.archive.deck.DeckPart} writes the package, which is a ZIP around a database of SQLite;
 * what lies in its tables is Anki's collection of version 11.
 */
@NullMarked
package dev.satchel.batchexport.format.archive.deck;

import org.jspecify.annotations.NullMarked;
