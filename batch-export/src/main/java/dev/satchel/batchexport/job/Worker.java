package dev.satchel.batchexport.job;

import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.batchexport.database.Database;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.FileFormats;
import dev.satchel.export.FileStore;
import java.sql.SQLException;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobExecutionException;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;

/** A worker with its pool of connections: starts the jobs, any number of times, until it is closed. */
public final class Worker implements AutoCloseable {

    private final ConfigurableApplicationContext context;

    private Worker(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /**
     * Connects and makes ready.
     *
     * @throws SQLException if the database cannot be used; nothing is left open then
     */
    public static Worker start(
            ConfigurableEnvironment environment,
            Database database,
            FileStore store,
            FileFormats formats,
            ExportSettings settings,
            RunTerms terms,
            RunReport exports,
            CleanUpReport removals)
            throws SQLException {
        HikariDataSource pool = database.pool(terms.connections());
        try {
            return new Worker(new SpringApplicationBuilder(ExportJobs.class)
                    .web(WebApplicationType.NONE)
                    .environment(environment)
                    .bannerMode(Banner.Mode.OFF)
                    .logStartupInfo(false)
                    // The command ends the run by its own signal; a hook of Spring's would close the pool under it.
                    .registerShutdownHook(false)
                    .initializers(beans -> {
                        GenericApplicationContext registry = (GenericApplicationContext) beans;
                        registry.registerBean("dataSource", DataSource.class, () -> pool);
                        registry.registerBean(FileStore.class, () -> store);
                        registry.registerBean(FileFormats.class, () -> formats);
                        registry.registerBean(ExportSettings.class, () -> settings);
                        registry.registerBean(RunTerms.class, () -> terms);
                        registry.registerBean(RunReport.class, () -> exports);
                        registry.registerBean(CleanUpReport.class, () -> removals);
                    })
                    .run());
        } catch (RuntimeException failed) {
            pool.close();
            throw failed;
        }
    }

    /** Delivers exports until none waits any more or the signal says stop. */
    public void exportRun() {
        run("exportRun");
    }

    /** Removes what is due. */
    public void cleanUp() {
        run("cleanup");
    }

    /** The history this worker works on. */
    public ExportHistory history() {
        return context.getBean(ExportHistory.class);
    }

    private void run(String job) {
        // Every run is an instance of its own: it is never restarted, the next run goes on where it ended.
        JobParameters parameters = new JobParametersBuilder()
                .addString("run", UUID.randomUUID().toString())
                .toJobParameters();
        JobExecution execution;
        try {
            execution = context.getBean(JobOperator.class).start(context.getBean(job, Job.class), parameters);
        } catch (JobExecutionException refused) {
            throw new IllegalStateException("the job " + job + " could not be started", refused);
        }
        if (!execution.getExitStatus().getExitCode().equals(ExitStatus.COMPLETED.getExitCode())) {
            throw execution.getAllFailureExceptions().stream()
                    .findFirst()
                    .map(cause -> new IllegalStateException("the job " + job + " failed", cause))
                    .orElseGet(() -> new IllegalStateException("the job " + job + " ended as "
                            + execution.getExitStatus().getExitCode()));
        }
    }

    /** Closes the pool; nothing of a run may be under way. */
    @Override
    public void close() {
        context.close();
    }
}
