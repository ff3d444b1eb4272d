/**
 * A fault harness: it numbers every round trip to PostgreSQL, every call of S3 and every file operation of a worker, and
 * replays the worker with a fault at each of them.
 *
 * <p>The worker, the driver, the SDK and the servers are the real ones. A {@link dev.satchel.batchexport.faults.Gate}
 * decides what happens to a request; {@link dev.satchel.batchexport.faults.GatedDatabase} (a proxy of PostgreSQL's
 * protocol), {@link dev.satchel.batchexport.faults.GatedHttpClient} and {@link
 * dev.satchel.batchexport.faults.GatedFiles} (a file system) carry it out. These four know nothing of exports. {@link
 * dev.satchel.batchexport.faults.Scene} is a database with a store, {@link dev.satchel.batchexport.faults.Replay} one run
 * with one fault, and {@link dev.satchel.batchexport.faults.Judge} says what must hold afterwards.
 */
@NullMarked
package dev.satchel.batchexport.faults;

import org.jspecify.annotations.NullMarked;
