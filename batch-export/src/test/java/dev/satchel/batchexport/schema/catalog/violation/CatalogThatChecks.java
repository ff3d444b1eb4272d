package dev.satchel.batchexport.schema.catalog.violation;

import dev.satchel.batchexport.schema.check.violation.CheckThatIsAsked;

/** Breaks the rules of the rooms, for their test. */
public final class CatalogThatChecks {

    CheckThatIsAsked other;
}
