package dev.satchel.batchexport.run.listener;

import dev.satchel.delivery.Delivery;
import dev.satchel.delivery.DeliveryListener;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * A bar that counts the attempts of a run, where a person watches: how many of how many, the rate, the time that is left, and
 * the rows and bytes that were delivered.
 */
public final class RunProgress implements DeliveryListener, AutoCloseable {

    private final @Nullable ProgressBar bar;
    private long records;
    private long bytes;

    private RunProgress(@Nullable ProgressBar bar) {
        this.bar = bar;
    }

    /** Shows nothing. */
    public static RunProgress hidden() {
        return new RunProgress(null);
    }

    /**
     * Shows a bar on standard error.
     *
     * @param coloured whether it may have colours
     */
    public static RunProgress shown(boolean coloured) {
        return new RunProgress(builder(coloured).build());
    }

    /** Hands each state of the bar to a consumer. */
    static RunProgress shownTo(ProgressBarConsumer consumer) {
        return new RunProgress(builder(false).setConsumer(consumer).build());
    }

    private static ProgressBarBuilder builder(boolean coloured) {
        return ProgressBar.builder()
                .setTaskName("exports")
                // Unknown, until somebody says how many are expected.
                .setInitialMax(-1)
                .setStyle(coloured ? ProgressBarStyle.COLORFUL_UNICODE_BLOCK : ProgressBarStyle.UNICODE_BLOCK)
                .showSpeed(new DecimalFormat("#.#", DecimalFormatSymbols.getInstance(Locale.ROOT)));
    }

    /** Says how many exports wait at the beginning; asked only where a bar is shown. */
    public synchronized void expect(LongSupplier exports) {
        if (bar != null) {
            bar.maxHint(exports.getAsLong());
        }
    }

    // More than were expected may come meanwhile, and a failed attempt is followed by another.
    private void step() {
        if (bar != null) {
            bar.step();
            if (bar.getMax() >= 0 && bar.getCurrent() > bar.getMax()) {
                bar.maxHint(bar.getCurrent());
            }
        }
    }

    @Override
    public synchronized void delivered(Delivery.Delivered delivery) {
        records += delivery.export().file().recordCount();
        bytes += delivery.export().file().bytes();
        step();
        if (bar != null) {
            bar.setExtraMessage(String.format(Locale.ROOT, " %,d rows, %s", records, readable(bytes)));
        }
    }

    /** A number of bytes in the largest unit that leaves a whole number before the point, such as 1.5 MB. */
    static String readable(long bytes) {
        String[] units = {"B", "kB", "MB", "GB", "TB"};
        double number = bytes;
        int unit = 0;
        while (number >= 999.95 && unit < units.length - 1) {
            number /= 1_000;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", number, units[unit]);
    }

    @Override
    public synchronized void retried(Delivery.Retried delivery) {
        step();
    }

    @Override
    public synchronized void postponed(Delivery.Postponed delivery) {
        step();
    }

    @Override
    public synchronized void failed(Delivery.Failed delivery) {
        step();
    }

    @Override
    public synchronized void released(Delivery.Released delivery) {
        step();
    }

    @Override
    public synchronized void leaseLost(Delivery.LeaseLost delivery) {
        step();
    }

    @Override
    public synchronized void cancelled(Delivery.Cancelled delivery) {
        step();
    }

    @Override
    public synchronized void unconfirmed(Delivery.Unconfirmed delivery) {
        step();
    }

    @Override
    public synchronized void abandoned(Delivery.Abandoned delivery) {
        step();
    }

    @Override
    public synchronized void refused(Delivery.Refused delivery) {
        step();
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
