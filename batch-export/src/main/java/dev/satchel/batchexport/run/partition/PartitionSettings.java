package dev.satchel.batchexport.run.partition;

import dev.satchel.batchexport.run.partition.channel.RequestChannel;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * When several processes deliver one export together. Of the program only: a service has no property for it.
 *
 * @param above the size of a dataset, as the database estimates it, above which its records are read in parts; never when
 *     left out
 * @param most into how many parts a dataset is cut at most, which is also how many connections read one export at once
 * @param slots how many parts this process delivers side by side, of its own exports and of those of others
 * @param channel the way of requests for parts to workers: {@code postgresql}, or the address of a topic of Kafka
 * @param kafkaProperties the file with further properties of Kafka's clients, which may be secret
 */
public record PartitionSettings(
        @Nullable DataSize above,
        @DefaultValue("8") int most,
        @DefaultValue("4") int slots,
        @DefaultValue("postgresql") String channel,
        @Nullable String kafkaProperties) {

    /** Every export is read by one process. */
    public static final PartitionSettings OFF = new PartitionSettings(null, 8, 4, "postgresql", null);

    private static final int LARGEST = 64;

    public PartitionSettings {
        if (above != null && above.toBytes() < 1) {
            throw new IllegalArgumentException("satchel.partition.above must be at least 1B, was " + above);
        }
        if (most < 2 || most > 1_000) {
            throw new IllegalArgumentException(
                    "satchel.partition.most must be a whole number from 2 to 1000, was " + most);
        }
        if (slots < 1 || slots > LARGEST) {
            throw new IllegalArgumentException(
                    "satchel.partition.slots must be a whole number from 1 to " + LARGEST + ", was " + slots);
        }
        RequestChannel.parse(channel, kafkaProperties);
    }

    /** Whether exports are divided, and parts of others' exports delivered. */
    public boolean isOn() {
        return above != null;
    }

    /** The way of requests for parts to workers. */
    public RequestChannel requestChannel() {
        return RequestChannel.parse(channel, kafkaProperties);
    }

    /** The size above which a dataset is divided; only where {@link #isOn}. */
    long threshold() {
        return above == null ? Long.MAX_VALUE : above.toBytes();
    }

    /** How many connections a run uses besides those of its exports. */
    public int connections() {
        return isOn() ? 2 * slots + 2 : 0;
    }

    /** Into how many parts a dataset of that size is cut; 1 if it stays whole. */
    int parts(long bytes) {
        if (above == null || bytes <= above.toBytes()) {
            return 1;
        }
        return (int) Math.min(most, bytes / above.toBytes() + 1);
    }
}
