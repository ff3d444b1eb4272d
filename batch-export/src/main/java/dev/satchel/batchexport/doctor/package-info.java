/**
 * Whether a Satchel installation is well, and what to do where it is not: what somebody needs who is called at night.
 *
 * <p>{@link dev.satchel.batchexport.doctor.Examination} asks everything and changes nothing. Each class beside it looks at
 * one thing. No finding holds a secret, a user's id or a value of a user's row.
 */
@NullMarked
package dev.satchel.batchexport.doctor;

import org.jspecify.annotations.NullMarked;
