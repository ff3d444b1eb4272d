package dev.satchel.batchexport.run.partition.channel;

import dev.satchel.partition.PartFailedException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.messaging.Message;
import org.springframework.messaging.PollableChannel;

/**
 * The channel of requests in a topic of Kafka. Every worker receives every request, in their order, and the database decides
 * which one has the part: so a worker that is busy keeps no request from others, and a part may take as long as it likes.
 *
 * <p>A worker begins with requests that somebody may still wait for, and keeps its place itself: there is no consumer group
 * and no offset in Kafka. It connects when it is first used, and again after a failure. Safe for use by many threads.
 */
final class KafkaRequests implements PollableChannel, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaRequests.class);

    /** How long a look for requests takes at least, because an answer of Kafka comes between two of them otherwise. */
    private static final Duration LOOK = Duration.ofMillis(200);

    private static final Duration FAREWELL = Duration.ofSeconds(1);

    // The first partition of the topic, whether there are more or not: it alone keeps requests in their order.
    private static final int PARTITION = 0;

    private final TopicPartition partition;
    private final KafkaProperties properties;
    private final KafkaTopic topic;
    private final Duration longest;

    private final Lock sending = new ReentrantLock();
    private @Nullable Producer<byte[], byte[]> producer;

    private final Lock receiving = new ReentrantLock();
    private @Nullable Consumer<byte[], byte[]> consumer;
    private final Queue<Message<?>> received = new ArrayDeque<>();
    private boolean hasMetOther;

    /** When Kafka has answered last: where it is away, a look finds nothing, either. */
    private long answeredAt;

    /** Why Kafka could not be asked for requests the last time. */
    private volatile @Nullable PartFailedException away;

    /** @param longest requests that were sent before that are not received */
    KafkaRequests(RequestChannel.Kafka channel, KafkaProperties properties, Duration longest) {
        this.partition = new TopicPartition(channel.topic(), PARTITION);
        this.properties = properties;
        this.topic = new KafkaTopic(channel, properties);
        this.longest = longest;
    }

    @Override
    public boolean send(Message<?> message) {
        return send(message, INDEFINITE_TIMEOUT);
    }

    /**
     * Sends a request, and returns when Kafka has it.
     *
     * @throws PartFailedException if Kafka does not take it
     */
    @Override
    public boolean send(Message<?> message, long timeout) {
        byte[] text = RequestText.of(message);
        sending.lock();
        try {
            producer()
                    .send(new ProducerRecord<>(partition.topic(), PARTITION, null, text))
                    .get(3 * KafkaProperties.ANSWER.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException refused) {
            closeProducer();
            throw topic.failed(refused);
        } catch (KafkaException | TimeoutException failed) {
            closeProducer();
            throw topic.failed(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw topic.failed(interrupted);
        } finally {
            sending.unlock();
        }
    }

    private Producer<byte[], byte[]> producer() {
        Producer<byte[], byte[]> open = producer;
        if (open == null) {
            topic.require();
            open = new KafkaProducer<>(properties.ofProducer());
            producer = open;
        }
        return open;
    }

    /** Waits until there is a request. */
    @Override
    public Message<?> receive() {
        receiving.lock();
        try {
            Message<?> request = look(LOOK);
            while (request == null) {
                request = look(LOOK);
            }
            return request;
        } finally {
            receiving.unlock();
        }
    }

    /**
     * The next request; null if there is none, or another thread is looking for one.
     *
     * @throws PartFailedException if Kafka cannot be asked
     */
    @Override
    public @Nullable Message<?> receive(long timeout) {
        if (!receiving.tryLock()) {
            PartFailedException known = away;
            if (known != null) {
                throw known;
            }
            return null;
        }
        try {
            return look(Duration.ofMillis(Math.max(timeout, LOOK.toMillis())));
        } finally {
            receiving.unlock();
        }
    }

    private @Nullable Message<?> look(Duration patience) {
        try {
            if (received.isEmpty()) {
                Consumer<byte[], byte[]> open = consumer();
                open.poll(patience).forEach(this::add);
                requireAnswer(open);
            }
            away = null;
            return received.poll();
        } catch (PartFailedException failed) {
            away = failed;
            throw failed;
        } catch (KafkaException failed) {
            closeConsumer();
            PartFailedException explained = topic.failed(failed);
            away = explained;
            throw explained;
        }
    }

    private void requireAnswer(Consumer<byte[], byte[]> open) {
        if (received.isEmpty()) {
            if (System.nanoTime() - answeredAt < KafkaProperties.ANSWER.toNanos()) {
                return;
            }
            open.endOffsets(List.of(partition));
        }
        answeredAt = System.nanoTime();
    }

    private void add(ConsumerRecord<byte[], byte[]> sent) {
        byte[] text = sent.value();
        RequestText.parse(text == null ? new byte[0] : text).ifPresentOrElse(received::add, () -> {
            if (!hasMetOther) {
                hasMetOther = true;
                LOG.warn(
                        "topic {} has records that are no requests for parts, and they are passed over: give Satchel a"
                                + " topic of its own",
                        partition.topic());
            }
        });
    }

    private Consumer<byte[], byte[]> consumer() {
        Consumer<byte[], byte[]> open = consumer;
        if (open == null) {
            topic.require();
            open = new KafkaConsumer<>(properties.ofConsumer());
            consumer = open;
            open.assign(List.of(partition));
            // In this order: what is sent between the two questions comes after the end that the first one found.
            Long end = open.endOffsets(List.of(partition)).get(partition);
            OffsetAndTimestamp first = open.offsetsForTimes(
                            Map.of(partition, System.currentTimeMillis() - longest.toMillis()))
                    .get(partition);
            open.seek(partition, first != null ? first.offset() : end == null ? 0 : end);
            answeredAt = System.nanoTime();
        }
        return open;
    }

    @Override
    public void close() {
        sending.lock();
        try {
            closeProducer();
        } finally {
            sending.unlock();
        }
        receiving.lock();
        try {
            closeConsumer();
        } finally {
            receiving.unlock();
        }
    }

    private void closeProducer() {
        Producer<byte[], byte[]> open = producer;
        producer = null;
        if (open != null) {
            quietly(() -> open.close(FAREWELL));
        }
    }

    private void closeConsumer() {
        Consumer<byte[], byte[]> open = consumer;
        consumer = null;
        if (open != null) {
            quietly(() -> open.close(CloseOptions.timeout(FAREWELL)));
        }
    }

    private static void quietly(Runnable close) {
        try {
            close.run();
        } catch (KafkaException closedAnyway) {
            LOG.debug("a client of Kafka", closedAnyway);
        }
    }
}
