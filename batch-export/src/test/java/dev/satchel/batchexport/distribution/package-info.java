/** Tests of what people install: the distribution as the build packs it, and the files that run it elsewhere. */
@NullMarked
package dev.satchel.batchexport.distribution;

import org.jspecify.annotations.NullMarked;
