package dev.satchel.batchexport.schema.check.violation;

import dev.satchel.batchexport.schema.catalog.violation.CatalogThatChecks;

/** Breaks the rules of the rooms, for their test. */
public final class CheckThatIsAsked {

    CatalogThatChecks other;
}
