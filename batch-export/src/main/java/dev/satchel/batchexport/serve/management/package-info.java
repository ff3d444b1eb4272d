/** Health and metrics over HTTP, under the paths of Spring Boot's actuator. */
@NullMarked
package dev.satchel.batchexport.serve.management;

import org.jspecify.annotations.NullMarked;
