package dev.satchel.batchexport.store.s3.request;

import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * Counts the requests of an upload that got no answer. Each attempt of the SDK counts separately. Safe for use by many
 * threads.
 *
 * <p>An answer that may come from a proxy instead of the store does not count as an answer, nor does one that breaks off.
 */
public final class UnansweredRequestCounter implements ExecutionInterceptor {

    /** The attribute of a request with its counter. */
    public static final ExecutionAttribute<AtomicInteger> COUNT = new ExecutionAttribute<>("SatchelUnansweredRequests");

    @Override
    public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
        AtomicInteger count = attributes.getAttribute(COUNT);
        if (count != null) {
            count.incrementAndGet();
        }
    }

    @Override
    public void afterTransmission(Context.AfterTransmission context, ExecutionAttributes attributes) {
        if (!context.httpResponse().isSuccessful()
                && isFinal(context.httpResponse().statusCode())) {
            answered(attributes);
        }
    }

    // S3 begins its answer to CompleteMultipartUpload before the file is put together.
    @Override
    public void afterUnmarshalling(Context.AfterUnmarshalling context, ExecutionAttributes attributes) {
        answered(attributes);
    }

    private static void answered(ExecutionAttributes attributes) {
        AtomicInteger count = attributes.getAttribute(COUNT);
        if (count != null) {
            count.decrementAndGet();
        }
    }

    private static boolean isFinal(int status) {
        return status < 500 && status != 408;
    }
}
