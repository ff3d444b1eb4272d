/** Health and the endpoint {@code satchel} for Spring Boot's actuator. */
@NullMarked
package dev.satchel.batchexport.observe.actuator;

import org.jspecify.annotations.NullMarked;
