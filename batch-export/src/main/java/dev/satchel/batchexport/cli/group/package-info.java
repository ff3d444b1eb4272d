/** What the commands that hold other commands have in common. */
@NullMarked
package dev.satchel.batchexport.cli.group;

import org.jspecify.annotations.NullMarked;
