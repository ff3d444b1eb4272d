/**
 * {@code satchel bench encode}: what decoding a record and encoding it again costs, and how much garbage it makes, measured by
 * JMH without a database.
 */
@NullMarked
package dev.satchel.batchexport.bench.encode;

import org.jspecify.annotations.NullMarked;
