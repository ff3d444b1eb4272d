/**
 * What a service that is made with Spring Boot gets when Satchel is on its class path: beans from {@code satchel.*}
 * properties, each of which a bean of the service's own replaces. Nothing here starts work.
 *
 * <p>The program itself uses none of this.
 */
@NullMarked
package dev.satchel.batchexport.autoconfigure;

import org.jspecify.annotations.NullMarked;
