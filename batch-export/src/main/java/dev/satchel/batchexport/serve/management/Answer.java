package dev.satchel.batchexport.serve.management;

/**
 * An answer to a request.
 *
 * @param status the status of HTTP
 * @param type the type of the body
 */
record Answer(int status, String type, String body) {}
