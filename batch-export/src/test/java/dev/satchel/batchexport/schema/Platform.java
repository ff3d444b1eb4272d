package dev.satchel.batchexport.schema;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;

/** A kind of server that Satchel lands on, with the application's tables in place and a migrator who is no superuser. */
public enum Platform {

    /** No API roles and no schema {@code auth}: the migrations bring both. */
    PLAIN {
        @Override
        public DataSource prepare(PostgresServer server) throws SQLException, IOException {
            server.run("postgres", "postgres", "CREATE ROLE migrator LOGIN CREATEROLE");
            server.run("postgres", "postgres", "CREATE DATABASE project OWNER migrator");
            // What pre-flight asks for before version 15.
            server.run("postgres", "project", """
                    GRANT USAGE, CREATE ON SCHEMA public TO migrator;
                    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
                    """);
            server.runFile("migrator", "project", "/dev/satchel/db/platform/V000__platform.sql");
            server.runFile("migrator", "project", "/db/sample/base-tables.sql");
            return server.login("migrator", "project");
        }

        @Override
        public List<String> warnings() {
            return List.of("row security of service_role");
        }
    },

    /** As Supabase made projects until 2026: whatever is created in public is open to every API role. */
    SUPABASE_WITH_DEFAULT_GRANTS {
        @Override
        public DataSource prepare(PostgresServer server) throws SQLException, IOException {
            supabase(server, "BYPASSRLS", """
                    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO anon, authenticated, service_role;
                    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON SEQUENCES TO anon, authenticated, service_role;
                    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON FUNCTIONS TO anon, authenticated, service_role
                    """);
            server.run("postgres", "project", "INSERT INTO public.users (email) VALUES ('no-login@example.org')");
            return server.login("migrator", "project");
        }

        @Override
        public List<String> warnings() {
            return List.of("users without a user in auth.users");
        }
    },

    /** The same, for what is created in any schema. */
    SUPABASE_WITH_DEFAULT_GRANTS_EVERYWHERE {
        @Override
        public DataSource prepare(PostgresServer server) throws SQLException, IOException {
            supabase(server, "BYPASSRLS", """
                    ALTER DEFAULT PRIVILEGES GRANT ALL ON SCHEMAS TO PUBLIC, anon, authenticated, service_role;
                    ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC, anon, authenticated, service_role;
                    ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO PUBLIC, anon, authenticated, service_role;
                    ALTER DEFAULT PRIVILEGES GRANT ALL ON FUNCTIONS TO PUBLIC, anon, authenticated, service_role
                    """);
            return server.login("migrator", "project");
        }

        @Override
        public List<String> warnings() {
            return List.of();
        }
    },

    /** As Supabase makes projects since: nothing is granted by itself. The migrator is bound by row security, too, and owns
     * some tables through a role. */
    SUPABASE_WITHOUT_DEFAULT_GRANTS {
        @Override
        public DataSource prepare(PostgresServer server) throws SQLException, IOException {
            supabase(server, "NOBYPASSRLS", "SELECT 'nothing'");
            server.run("postgres", "project", "GRANT application TO migrator");
            return server.login("migrator", "project");
        }

        @Override
        public List<String> warnings() {
            return List.of("users without a user in auth.users");
        }
    };

    /** Makes the platform on a fresh server and tells how the migrator logs in. */
    public abstract DataSource prepare(PostgresServer server) throws SQLException, IOException;

    /** What a verification must warn of there. */
    public abstract List<String> warnings();

    private static void supabase(PostgresServer server, String rowSecurity, String defaultPrivileges)
            throws SQLException, IOException {
        server.run("postgres", "postgres", """
                CREATE ROLE anon NOLOGIN NOINHERIT;
                CREATE ROLE authenticated NOLOGIN NOINHERIT;
                CREATE ROLE service_role NOLOGIN NOINHERIT BYPASSRLS;
                CREATE ROLE authenticator LOGIN NOINHERIT;
                GRANT anon, authenticated, service_role TO authenticator;
                CREATE ROLE auth_admin LOGIN NOINHERIT CREATEROLE;
                CREATE ROLE application NOLOGIN;
                CREATE ROLE migrator LOGIN CREATEDB CREATEROLE %s;
                GRANT anon, authenticated, service_role TO migrator WITH ADMIN OPTION;
                """.formatted(rowSecurity));
        server.run("postgres", "postgres", "CREATE DATABASE project");
        server.run("postgres", "project", """
                GRANT CREATE ON DATABASE project TO migrator;
                GRANT ALL ON SCHEMA public TO migrator;
                REVOKE CREATE ON SCHEMA public FROM PUBLIC;
                GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role, application;
                CREATE SCHEMA auth AUTHORIZATION auth_admin;
                """);
        server.run("auth_admin", "project", """
                GRANT USAGE ON SCHEMA auth TO anon, authenticated, service_role, migrator, application;
                CREATE TABLE auth.users (id uuid PRIMARY KEY, email text);
                ALTER TABLE auth.users ENABLE ROW LEVEL SECURITY;
                GRANT SELECT, REFERENCES ON auth.users TO migrator;
                CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE
                    AS $$ SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
                CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE
                    AS $$ SELECT (auth.jwt() ->> 'sub')::uuid $$;
                """);
        server.run("migrator", "project", defaultPrivileges);
        server.runFile("migrator", "project", "/db/sample/base-tables.sql");
        server.run("postgres", "project", """
                ALTER TABLE public.users OWNER TO application;
                ALTER TABLE public.sessions OWNER TO application;
                GRANT SELECT, UPDATE, REFERENCES, TRIGGER ON public.users TO migrator;
                GRANT SELECT, TRIGGER ON public.sessions TO migrator;
                """);
    }
}
