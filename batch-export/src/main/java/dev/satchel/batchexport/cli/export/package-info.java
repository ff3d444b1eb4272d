/**
 * Commands for exports: request, run, list, show, link, retry, clean up.
 */
@NullMarked
package dev.satchel.batchexport.cli.export;

import org.jspecify.annotations.NullMarked;
