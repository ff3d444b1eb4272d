package dev.satchel.batchexport.store.s3;

import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * Counts the requests of an upload that no answer came to, each attempt of the SDK by itself.
 *
 * <p>An answer that a proxy may have given in place of the store does not count as one.
 */
final class UnansweredRequests implements ExecutionInterceptor {

    /** Where a request says what it is counted in. */
    static final ExecutionAttribute<AtomicInteger> COUNT = new ExecutionAttribute<>("SatchelUnansweredRequests");

    @Override
    public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
        AtomicInteger count = attributes.getAttribute(COUNT);
        if (count != null) {
            count.incrementAndGet();
        }
    }

    @Override
    public void afterTransmission(Context.AfterTransmission context, ExecutionAttributes attributes) {
        AtomicInteger count = attributes.getAttribute(COUNT);
        if (count != null && isFinal(context.httpResponse().statusCode())) {
            count.decrementAndGet();
        }
    }

    private static boolean isFinal(int status) {
        return status < 500 && status != 408;
    }
}
