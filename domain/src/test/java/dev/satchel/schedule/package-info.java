/**
 * A deterministic concurrency tester at the ports: actors run one at a time, and a search decides at each call of a
 * port which of them goes on. ADR 0029 says why a library does not do this.
 */
@NullMarked
package dev.satchel.schedule;

import org.jspecify.annotations.NullMarked;
