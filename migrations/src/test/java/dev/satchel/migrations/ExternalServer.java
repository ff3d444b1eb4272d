package dev.satchel.migrations;

import java.util.Objects;
import org.postgresql.ds.PGSimpleDataSource;

/** A server that somebody else runs, given by {@code SATCHEL_TEST_DATABASE_URL}. */
final class ExternalServer implements Server {

    private final String url;

    ExternalServer(String url) {
        this.url = url;
    }

    @Override
    public Address start() {
        var source = new PGSimpleDataSource();
        source.setUrl(url);
        var user = Objects.requireNonNull(source.getUser(), "SATCHEL_TEST_DATABASE_URL names no user");
        var password = Objects.requireNonNullElse(source.getPassword(), "");
        return new Address(
                "external",
                source.getServerNames()[0],
                source.getPortNumbers()[0] == 0 ? 5432 : source.getPortNumbers()[0],
                source.getDatabaseName(),
                user,
                password);
    }
}
