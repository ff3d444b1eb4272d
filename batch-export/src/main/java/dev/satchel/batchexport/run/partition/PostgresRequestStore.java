package dev.satchel.batchexport.run.partition;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.batch.integration.partition.StepExecutionRequest;
import org.springframework.integration.channel.QueueChannel;
import org.springframework.integration.jdbc.store.JdbcChannelMessageStore;
import org.springframework.integration.jdbc.store.channel.ChannelMessageStorePreparedStatementSetter;
import org.springframework.integration.jdbc.store.channel.PostgresChannelMessageStoreQueryProvider;
import org.springframework.integration.store.MessageGroupQueue;
import org.springframework.messaging.Message;
import org.springframework.messaging.PollableChannel;
import org.springframework.messaging.support.GenericMessage;

/**
 * The channel of requests in {@code satchel.integration_channel_message}. A request is stored as text, because what the
 * program makes objects of must not come from a row.
 */
final class PostgresRequestStore {

    private static final String CHANNEL = "satchel.parts";

    private PostgresRequestStore() {}

    static PollableChannel channel(DataSource dataSource) {
        JdbcChannelMessageStore store = new JdbcChannelMessageStore(dataSource);
        store.setTablePrefix("satchel.integration_");
        store.setChannelMessageStoreQueryProvider(new PostgresChannelMessageStoreQueryProvider());
        store.setPreparedStatementSetter(new RequestAsText());
        store.setMessageRowMapper((row, index) -> request(row));
        store.afterPropertiesSet();
        return new QueueChannel(new MessageGroupQueue(store, CHANNEL));
    }

    private static Message<?> request(ResultSet row) throws SQLException {
        String[] text = new String(row.getBytes("MESSAGE_CONTENT"), US_ASCII).split(" ", 2);
        return new GenericMessage<>(new StepExecutionRequest(text[1], Long.parseLong(text[0])));
    }

    private static final class RequestAsText extends ChannelMessageStorePreparedStatementSetter {

        @Override
        public void setValues(
                PreparedStatement statement, Message<?> message, Object group, String region, boolean priority)
                throws SQLException {
            super.setValues(statement, message, group, region, priority);
            StepExecutionRequest request = (StepExecutionRequest) message.getPayload();
            statement.setBytes(6, (request.getStepExecutionId() + " " + request.getStepName()).getBytes(US_ASCII));
        }
    }
}
