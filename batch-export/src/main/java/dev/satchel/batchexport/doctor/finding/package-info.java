/** What a check found, and the words for it. */
@NullMarked
package dev.satchel.batchexport.doctor.finding;

import org.jspecify.annotations.NullMarked;
