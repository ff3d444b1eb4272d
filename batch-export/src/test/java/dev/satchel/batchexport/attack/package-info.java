/**
 * Attempts of those who may log in to get at more than they may: by objects that are found instead of PostgreSQL's own, and
 * by each verb on each object. Each class counts its attempts and runs on every server of the profile {@code matrix}.
 */
package dev.satchel.batchexport.attack;
