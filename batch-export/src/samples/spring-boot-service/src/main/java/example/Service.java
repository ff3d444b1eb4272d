package example;

import dev.satchel.UserId;
import dev.satchel.batchexport.run.ExportWorker;
import dev.satchel.export.*;
import dev.satchel.keys.*;
import dev.satchel.progress.LearnerProgress;
import dev.satchel.record.DatasetCatalogue;
import dev.satchel.record.ExportFilters;
import dev.satchel.store.FileStore;
import java.io.InputStream;
import java.util.UUID;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

@SpringBootApplication
@EnableScheduling
public class Service {

    private final ExportWorker worker;

    Service(ExportWorker worker) {
        this.worker = worker;
    }

    @Scheduled(fixedDelay = 1000)
    void deliver() {
        worker.runPending();
    }

    @Bean
    ApplicationRunner learner(DatasetCatalogue datasets, ExportHistory exports, ExportCatalog catalog, FileStore store,
            LearnerProgress progress, UserKeys keys) {
        return arguments -> {
            UserId user = UserId.parse(System.getenv("LEARNER"));
            UUID id = exports.request(new ExportRequest(
                    user, datasets.type("profile"), ExportFormat.CSV, ExportFilters.NONE)).id();
            while (catalog.downloadable(id).isEmpty()) {
                Thread.sleep(50);
            }
            try (InputStream file = store.read(catalog.downloadable(id).orElseThrow().location())) {
                System.out.println("file of " + file.readAllBytes().length + " bytes");
            }
            System.out.println("points " + progress.find(user).orElseThrow().points());
            keys.set(user, Provider.OPENAI, ApiKey.take(System.getenv("API_KEY").getBytes()));
            keys.use(user, Provider.OPENAI, new Purpose("count letters"), key -> key.revealSecret(secret -> secret.length))
                    .ifPresent(length -> System.out.println("key of " + length + " letters"));
        };
    }

    public static void main(String[] args) {
        SpringApplication.run(Service.class, args).close();
    }
}
