package example;

import dev.satchel.UserId;
import dev.satchel.batchexport.run.ExportWorker;
import dev.satchel.batchexport.store.directory.DirectoryFileStore;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportRequest;
import dev.satchel.keys.ApiKey;
import dev.satchel.keys.Provider;
import dev.satchel.keys.Purpose;
import dev.satchel.keys.UserKeys;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import dev.satchel.store.FileStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.UUID;
import org.postgresql.ds.PGSimpleDataSource;

public class PlainJava {

    public static void main(String[] args) throws IOException {
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl(System.getenv("JDBC_URL"));
        FileStore store = new DirectoryFileStore(Path.of(System.getenv("STORE")));
        UserId user = UserId.parse(System.getenv("LEARNER"));
        SatchelPostgres satchel = new SatchelPostgres(database);

        ExportType everything = satchel.datasets().type(ExportType.ALL);
        UUID id = satchel.exportHistory()
                .request(new ExportRequest(user, everything, ExportFormat.JSON, ExportFilters.NONE))
                .id();
        try (ExportWorker worker = ExportWorker.builder(database, store).build()) {
            System.out.println("delivered " + worker.run().delivered());
        }
        ExportCatalog.Downloadable export = satchel.exportCatalog().downloadable(id).orElseThrow();
        try (InputStream file = store.read(export.location())) {
            System.out.println("file of " + file.readAllBytes().length + " bytes");
        }

        System.out.println("points " + satchel.learnerProgress().find(user).orElseThrow().points());

        UserKeys keys = new UserKeys(satchel.keyVault(FileKeyEncryptionKeys.open(Path.of(System.getenv("KEK")))));
        keys.set(user, Provider.OPENAI, ApiKey.take(System.getenv("API_KEY").getBytes()));
        int length = keys.use(user, Provider.OPENAI, new Purpose("count letters"),
                        key -> key.<Integer>revealSecret(secret -> secret.length))
                .orElseThrow();
        System.out.println("key of " + length + " letters");
    }
}
