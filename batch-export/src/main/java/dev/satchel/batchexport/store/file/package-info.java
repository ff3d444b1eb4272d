/**
 * Rules for files that all stores share: names, and the validity of links.
 */
@NullMarked
package dev.satchel.batchexport.store.file;

import org.jspecify.annotations.NullMarked;
