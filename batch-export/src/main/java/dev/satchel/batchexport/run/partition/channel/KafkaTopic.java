package dev.satchel.batchexport.run.partition.channel;

import dev.satchel.export.Failure;
import dev.satchel.partition.PartFailedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.NotEnoughReplicasAfterAppendException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The topic of requests: whether it is there, its creation, and what its failures mean. */
final class KafkaTopic {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaTopic.class);

    private static final String FILE = "the file of SATCHEL_PARTITION_KAFKA_PROPERTIES";

    private static final String TOO_FEW_REPLICAS =
            "has fewer replicas in step than it needs (min.insync.replicas): start the brokers that are down, or lower it";

    private static final String NO_ANSWER =
            "does not answer: see that all its brokers run, and can be reached from here with TLS or without, as "
                    + FILE + " says";

    /** Older requests are of no use: nobody waits for them any more. */
    private static final Duration RETENTION = Duration.ofDays(1);

    private record Meaning(Class<? extends Throwable> failure, String sentence) {}

    /** What follows the name of the topic; the first that fits. */
    private static final List<Meaning> MEANINGS = List.of(
            new Meaning(
                    SslAuthenticationException.class,
                    "accepts no connection by TLS: see the properties ssl. in " + FILE
                            + ", and the broker's certificate"),
            new Meaning(AuthenticationException.class, "refuses the login: see the properties sasl. in " + FILE),
            new Meaning(
                    AuthorizationException.class,
                    "refuses the login a right: it needs Describe, Read and Write on the topic"),
            new Meaning(UnknownTopicOrPartitionException.class, "does not exist any more"),
            new Meaning(
                    UnsupportedVersionException.class,
                    "is of a version that this program does not work with: see its release"),
            new Meaning(
                    PolicyViolationException.class,
                    "does not exist, and a policy of the brokers (create.topic.policy.class.name) refuses it as Satchel"
                            + " creates it: create it with one partition"),
            new Meaning(
                    InvalidReplicationFactorException.class,
                    "does not exist, and Kafka has fewer brokers than a new topic has replicas"
                            + " (default.replication.factor): start the others, or create it with one partition and fewer"
                            + " replicas"),
            new Meaning(
                    InvalidTimestampException.class,
                    "takes no request that is dated by this machine's clock, which differs too much from the broker's"
                            + " (message.timestamp.before.max.ms, message.timestamp.after.max.ms): set both clocks"),
            new Meaning(
                    InvalidRecordException.class,
                    "takes no request, because requests have no keys and a compacted topic takes no record without one:"
                            + " set its cleanup.policy to delete"),
            new Meaning(NotEnoughReplicasException.class, TOO_FEW_REPLICAS),
            new Meaning(NotEnoughReplicasAfterAppendException.class, TOO_FEW_REPLICAS),
            new Meaning(RetriableException.class, NO_ANSWER),
            new Meaning(TimeoutException.class, NO_ANSWER),
            new Meaning(
                    ConfigException.class,
                    "cannot be reached: the network does not know its hosts, or " + FILE
                            + " has a value that cannot be used"));

    private final RequestChannel.Kafka channel;
    private final KafkaProperties properties;

    KafkaTopic(RequestChannel.Kafka channel, KafkaProperties properties) {
        this.channel = channel;
        this.properties = properties;
    }

    /** @throws PartFailedException if Kafka does not say it */
    boolean exists() {
        return asked(this::exists);
    }

    /**
     * Creates the topic if it is not there, with one partition, so that requests stay in their order.
     *
     * @throws PartFailedException if it cannot be made sure that it is there
     */
    void require() {
        asked(admin -> exists(admin) || create(admin));
    }

    private static Throwable cause(ExecutionException refused) {
        Throwable cause = refused.getCause();
        return cause == null ? refused : cause;
    }

    private interface Question {
        boolean ask(Admin admin) throws ExecutionException, InterruptedException;
    }

    private boolean asked(Question question) {
        Admin admin = null;
        try {
            admin = Admin.create(properties.ofAdmin());
            return question.ask(admin);
        } catch (ExecutionException refused) {
            throw failed(cause(refused));
        } catch (KafkaException failed) {
            throw failed(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw failed(interrupted);
        } finally {
            if (admin != null) {
                admin.close(Duration.ZERO);
            }
        }
    }

    private boolean exists(Admin admin) throws ExecutionException, InterruptedException {
        try {
            admin.describeTopics(List.of(channel.topic())).allTopicNames().get();
            return true;
        } catch (ExecutionException refused) {
            if (refused.getCause() instanceof UnknownTopicOrPartitionException) {
                return false;
            }
            throw refused;
        }
    }

    private boolean create(Admin admin) throws ExecutionException, InterruptedException {
        NewTopic topic = new NewTopic(channel.topic(), Optional.of(1), Optional.empty())
                .configs(Map.of(TopicConfig.RETENTION_MS_CONFIG, Long.toString(RETENTION.toMillis())));
        try {
            admin.createTopics(List.of(topic)).all().get();
            LOG.info("{} was created", channel.description());
        } catch (ExecutionException refused) {
            if (refused.getCause() instanceof AuthorizationException) {
                throw failed("does not exist, and the login may not create it: create it with one partition");
            }
            if (!(refused.getCause() instanceof TopicExistsException)) {
                throw refused;
            }
        }
        return true;
    }

    /** The failure of a client, with a sentence that names the brokers and the topic, and no value of the properties. */
    PartFailedException failed(Throwable failed) {
        PartFailedException explained = failed(reason(failed));
        // Every other one is of a client that was not made, and may quote a property.
        if (isAnswer(failed)) {
            explained.addSuppressed(failed);
        }
        return explained;
    }

    private static boolean isAnswer(Throwable failed) {
        return failed instanceof ApiException || failed.getCause() instanceof ApiException;
    }

    private PartFailedException failed(String reason) {
        return new PartFailedException(new Failure(
                Failure.Code.WORKER_MISCONFIGURED,
                "Kafka, over which workers are asked for parts of exports, cannot be used",
                channel.description() + " " + reason));
    }

    private static String reason(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            for (Meaning meaning : MEANINGS) {
                if (meaning.failure.isInstance(cause)) {
                    return meaning.sentence;
                }
            }
            if (cause instanceof ApiException) {
                return "refuses what it was asked (" + cause.getClass().getSimpleName()
                        + "): see the logs of its brokers, and the settings of the topic";
            }
        }
        // What Kafka says of a property may quote it.
        return "cannot be asked with the properties in " + FILE + " ("
                + failed.getClass().getSimpleName()
                + (failed.getCause() == null
                        ? ""
                        : ", " + failed.getCause().getClass().getSimpleName())
                + "): see sasl.jaas.config, and the files that ssl. names";
    }
}
