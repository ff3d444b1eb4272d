package dev.satchel.batchexport.run.partition.channel;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.batch.integration.partition.StepExecutionRequest;
import org.springframework.messaging.Message;
import org.springframework.messaging.support.GenericMessage;

/**
 * A request as it is sent: {@code 4711 part}. By default it would be a serialized Java object, and what the program makes
 * objects of must not come from a row or a topic.
 */
final class RequestText {

    private static final Pattern REQUEST = Pattern.compile("([0-9]{1,18}) ([A-Za-z0-9:-]{1,100})");

    private RequestText() {}

    static byte[] of(Message<?> message) {
        StepExecutionRequest request = (StepExecutionRequest) message.getPayload();
        return (request.getStepExecutionId() + " " + request.getStepName()).getBytes(US_ASCII);
    }

    /** The request; empty if the text is none. */
    static Optional<Message<?>> parse(byte[] text) {
        Matcher request = REQUEST.matcher(new String(text, US_ASCII));
        return request.matches()
                ? Optional.of(new GenericMessage<>(
                        new StepExecutionRequest(request.group(2), Long.parseLong(request.group(1)))))
                : Optional.empty();
    }
}
