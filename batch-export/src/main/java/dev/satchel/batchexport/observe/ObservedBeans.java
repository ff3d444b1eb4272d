package dev.satchel.batchexport.observe;

import dev.satchel.batchexport.observe.parts.ObservedExportParts;
import dev.satchel.batchexport.observe.parts.PartMeters;
import dev.satchel.batchexport.store.NamedFileStore;
import dev.satchel.batchexport.store.s3.S3FileStore;
import dev.satchel.delivery.FailureDiagnosis;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportHistory;
import dev.satchel.keys.validation.ProviderCheck;
import dev.satchel.partition.ExportParts;
import dev.satchel.postgres.records.PostgresUserRecords;
import dev.satchel.progress.ProgressUpkeep;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.core.job.AbstractJob;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * Puts meters and observations around Satchel's beans: the history of exports, their parts, the reader of records, the store, the check
 * of keys, the upkeep of progress, and the clean-up. Beans of other types, and of other implementations where only ours can
 * be observed, stay as they are; so do those that a service declares as a class and not as the port.
 */
public final class ObservedBeans implements BeanPostProcessor, BeanFactoryAware {

    /** The job of Spring Batch that cleans up. */
    private static final String CLEANUP = "cleanup";

    private final Supplier<MeterRegistry> meters;
    private final Supplier<ObservationRegistry> observations;
    private @Nullable FailureDiagnosis gauges;
    private @Nullable JobMeters jobs;
    private @Nullable BeanFactory service;

    /** The registries are asked for when the first bean needs them. */
    public ObservedBeans(Supplier<MeterRegistry> meters, Supplier<ObservationRegistry> observations) {
        this.meters = meters;
        this.observations = observations;
    }

    /** Also binds the gauges that read the catalog, for a program that has no other place to bind them. */
    public ObservedBeans withGauges(FailureDiagnosis diagnosis) {
        gauges = diagnosis;
        return this;
    }

    /** Observes the beans of a context that is not refreshed yet, such as the private one of a job. */
    public void registerIn(AnnotationConfigApplicationContext context) {
        context.getBeanFactory().addBeanPostProcessor(this);
        ObservationRegistry registry = observations.get();
        if (!registry.isNoop()) {
            context.registerBean(ObservationRegistry.class, () -> registry);
        }
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        boolean isReplaceable = isDeclaredAsInterface(name);
        if (isReplaceable && bean instanceof ExportHistory history) {
            return new ObservedExportHistory(history, meters.get(), observations.get());
        }
        if (isReplaceable && bean instanceof ExportParts parts) {
            return new ObservedExportParts(parts, new PartMeters(meters.get()));
        }
        if (isReplaceable && bean instanceof ProviderCheck check) {
            return new ObservedProviderCheck(check, meters.get(), observations.get());
        }
        if (isReplaceable && bean instanceof ProgressUpkeep upkeep) {
            return new ObservedProgressUpkeep(upkeep, meters.get());
        }
        if (bean instanceof PostgresUserRecords records) {
            records.observe(new ObservedDatasets(observations.get()));
        } else if (bean instanceof NamedFileStore store) {
            store.observe(new UploadMeters(meters.get(), observations.get()));
        } else if (bean instanceof S3FileStore store) {
            store.observe(new UploadMeters(meters.get(), observations.get()));
        } else if (bean instanceof AbstractJob job && job.getName().equals(CLEANUP)) {
            job.registerJobExecutionListener(new ObservedCleanUp(observations.get()));
        } else if (bean instanceof ExportCatalog catalog && gauges != null) {
            new LagGauges(catalog, gauges).bindTo(meters.get());
        }
        return bean;
    }

    @Override
    public void setBeanFactory(BeanFactory factory) {
        service = factory;
    }

    // A bean that is declared as a class may be injected as that class, which one around it would not be.
    private boolean isDeclaredAsInterface(String name) {
        if (service instanceof ConfigurableListableBeanFactory beans && beans.containsBeanDefinition(name)) {
            Class<?> declared =
                    beans.getMergedBeanDefinition(name).getResolvableType().resolve();
            return declared == null || declared.isInterface();
        }
        return true;
    }

    /** Makes the counters of a job, so that they stand at zero before anything happens. */
    public void countFromZero(SatchelJob job) {
        switch (job) {
            case EXPORT_RUN, CLEANUP -> {
                new ExportMeters(meters.get());
                ObservedExportHistory.rescued(meters.get());
                new PartMeters(meters.get());
            }
            case KEYS_VALIDATE -> ObservedProviderCheck.answers(meters.get());
            case PROGRESS_RECONCILE, STREAKS -> {}
        }
    }

    /** When jobs succeeded, said by those that know it. */
    public synchronized JobMeters jobMeters() {
        JobMeters made = jobs;
        if (made == null) {
            made = new JobMeters(meters.get());
            jobs = made;
        }
        return made;
    }
}
