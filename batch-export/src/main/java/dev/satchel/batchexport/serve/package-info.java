/**
 * {@code satchel serve}: one program that does all day what a timer would start.
 *
 * <p>{@link dev.satchel.batchexport.serve.Service} puts together the jobs, their {@code schedule} and the {@code
 * management} port.
 */
@NullMarked
package dev.satchel.batchexport.serve;

import org.jspecify.annotations.NullMarked;
