/**
 * All records of an archive as one workbook for Excel and LibreOffice. {@link
 * dev.satchel.batchexport.format.archive.workbook.WorkbookPart} gives each dataset a sheet of its own.
 */
@NullMarked
package dev.satchel.batchexport.format.archive.workbook;

import org.jspecify.annotations.NullMarked;
