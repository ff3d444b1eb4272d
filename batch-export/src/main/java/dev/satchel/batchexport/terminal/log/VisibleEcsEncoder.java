package dev.satchel.batchexport.terminal.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import co.elastic.logging.logback.EcsEncoder;
import dev.satchel.batchexport.terminal.VisibleText;
import java.nio.charset.StandardCharsets;

/** Writes a log event as one line of JSON in the Elastic Common Schema, escaped as {@link VisibleText}. */
public final class VisibleEcsEncoder extends EcsEncoder {

    @Override
    public byte[] encode(ILoggingEvent event) {
        // In JSON the escape means the character.
        return VisibleText.lines(new String(super.encode(event), StandardCharsets.UTF_8))
                .getBytes(StandardCharsets.UTF_8);
    }
}
