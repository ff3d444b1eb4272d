package dev.satchel.export;

class InMemoryExportCatalogTest extends ExportCatalogContract {

    @Override
    protected HistoryUnderTest emptyHistory() {
        return new InMemoryHistoryUnderTest();
    }
}
