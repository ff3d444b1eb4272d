/** HTTP to a store, which may stop answering without ending a connection. */
@NullMarked
package dev.satchel.batchexport.store.http;

import org.jspecify.annotations.NullMarked;
