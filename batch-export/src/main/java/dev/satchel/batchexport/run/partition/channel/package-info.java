/**
 * The way of requests for parts from the worker that joins them to all workers: a table of the database, or a topic of Kafka.
 * A request is the number and the name of a step as text. It says nothing that a worker believes: what it is to do, it reads
 * from the database, where each part is claimed once.
 */
@NullMarked
package dev.satchel.batchexport.run.partition.channel;

import org.jspecify.annotations.NullMarked;
