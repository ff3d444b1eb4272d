/**
 * The settings of the program: the environment variables and system properties that it knows, and what it reads from
 * them. A name that is not known is refused, with the nearest one that is.
 */
@NullMarked
package dev.satchel.batchexport.settings;

import org.jspecify.annotations.NullMarked;
