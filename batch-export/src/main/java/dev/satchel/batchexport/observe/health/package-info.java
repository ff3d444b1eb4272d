/**
 * Whether Satchel works, as plain checks that a health endpoint, a command or a server asks.
 *
 * <p>Each {@link dev.satchel.batchexport.observe.health.HealthCheck} looks at one thing, throws nothing and says in one
 * sentence without a secret what is wrong and what to do. {@link
 * dev.satchel.batchexport.observe.health.BoundedCheck} gives it a time limit.
 */
@NullMarked
package dev.satchel.batchexport.observe.health;

import org.jspecify.annotations.NullMarked;
