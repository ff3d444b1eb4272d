/** How the program finds the database and logs in, and what it says when it cannot. */
@NullMarked
package dev.satchel.batchexport.database;

import org.jspecify.annotations.NullMarked;
