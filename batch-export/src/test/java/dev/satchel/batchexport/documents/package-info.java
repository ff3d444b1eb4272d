/**
 * The documentation, held against what it documents: its commands run, its Java compiles, its links lead somewhere, and its
 * tables list what the code has.
 */
package dev.satchel.batchexport.documents;
