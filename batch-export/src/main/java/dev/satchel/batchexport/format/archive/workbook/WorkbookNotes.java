package dev.satchel.batchexport.format.archive.workbook;

import dev.satchel.batchexport.format.archive.Language;
import java.time.ZoneId;
import java.util.Locale;

/** The sentences of a workbook's last sheet, in a language. */
enum WorkbookNotes {
    ENGLISH(
            "Notes",
            "Times are local times of the zone %s, in whole seconds. The files in data/csv have them in full.",
            "%d more rows do not fit into a sheet. All rows are in %s.",
            "%d texts are too long for a cell. The whole texts are in %s."),
    SPANISH(
            "Notas",
            "Las horas son las locales de la zona %s, en segundos enteros. Los archivos de data/csv las tienen completas.",
            "%d filas más no caben en una hoja. Todas las filas están en %s.",
            "%d textos son demasiado largos para una celda. Los textos completos están en %s.");

    private final String title;
    private final String times;
    private final String rows;
    private final String texts;

    WorkbookNotes(String title, String times, String rows, String texts) {
        this.title = title;
        this.times = times;
        this.rows = rows;
        this.texts = texts;
    }

    static WorkbookNotes in(Language language) {
        return switch (language) {
            case ENGLISH -> ENGLISH;
            case SPANISH -> SPANISH;
        };
    }

    String title() {
        return title;
    }

    String times(ZoneId zone) {
        return String.format(Locale.ROOT, times, zone.getId());
    }

    String rows(long count, String file) {
        return String.format(Locale.ROOT, rows, count, file);
    }

    String texts(long count, String file) {
        return String.format(Locale.ROOT, texts, count, file);
    }
}
