package dev.satchel.batchexport.run.partition.channel;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.dao.DataRetrievalFailureException;
import org.springframework.integration.channel.QueueChannel;
import org.springframework.integration.jdbc.store.JdbcChannelMessageStore;
import org.springframework.integration.jdbc.store.channel.ChannelMessageStorePreparedStatementSetter;
import org.springframework.integration.jdbc.store.channel.PostgresChannelMessageStoreQueryProvider;
import org.springframework.integration.store.MessageGroupQueue;
import org.springframework.messaging.Message;
import org.springframework.messaging.PollableChannel;

/** The channel of requests in {@code satchel.integration_channel_message}. One worker receives a request. */
final class PostgresRequests {

    private static final String CHANNEL = "satchel.parts";

    private PostgresRequests() {}

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
        return RequestText.parse(row.getBytes("MESSAGE_CONTENT"))
                .orElseThrow(() -> new DataRetrievalFailureException("a message is no request for a part"));
    }

    private static final class RequestAsText extends ChannelMessageStorePreparedStatementSetter {

        @Override
        public void setValues(
                PreparedStatement statement, Message<?> message, Object group, String region, boolean priority)
                throws SQLException {
            super.setValues(statement, message, group, region, priority);
            statement.setBytes(6, RequestText.of(message));
        }
    }
}
