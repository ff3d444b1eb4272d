/**
 * What a service made with Spring Boot gets from this jar without asking: each part only where the service has what the
 * part needs, and none where the service has its own.
 */
@NullMarked
package dev.satchel.batchexport.autoconfigure;

import org.jspecify.annotations.NullMarked;
