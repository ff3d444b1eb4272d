/**
 * When jobs run: ticks of cron expressions by the database's clock, each run once among all programs of one database.
 *
 * <p>db-scheduler keeps the next tick of each job in {@code satchel.scheduled_tasks} and gives it to one program.
 */
@NullMarked
package dev.satchel.batchexport.serve.schedule;

import org.jspecify.annotations.NullMarked;
