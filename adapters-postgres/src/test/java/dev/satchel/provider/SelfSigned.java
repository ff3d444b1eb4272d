package dev.satchel.provider;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/**
 * The key of a TLS server, and a certificate that the key signed itself, in a file of type PKCS12.
 *
 * <p>Java's own tool makes them, because the libraries have no public way.
 */
public final class SelfSigned {

    /** Opens the file and the key in it. */
    public static final String PASSWORD = "not-a-secret";

    /** The name of the key in the file. */
    public static final String ALIAS = "server";

    private final Path file;
    private final KeyStore keys;

    private SelfSigned(Path file) throws IOException, GeneralSecurityException {
        this.file = file;
        this.keys = KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
    }

    /** Makes a key for a server with these names, such as {@code dns:localhost}, in a file that is not there yet. */
    public static SelfSigned make(Path file, String name, String names) {
        try {
            Process keytool = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "keytool")
                                    .toString(),
                            // It is over before the second compiler and a collector for many cores pay.
                            "-J-XX:TieredStopAtLevel=1",
                            "-J-XX:+UseSerialGC",
                            "-genkeypair",
                            "-alias",
                            ALIAS,
                            "-keyalg",
                            "EC",
                            "-dname",
                            "CN=" + name,
                            "-ext",
                            "SAN=" + names,
                            "-validity",
                            "2",
                            "-storetype",
                            "PKCS12",
                            "-keystore",
                            file.toString(),
                            "-storepass",
                            PASSWORD)
                    .redirectErrorStream(true)
                    .start();
            String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (keytool.waitFor() != 0) {
                throw new AssertionError(said);
            }
            return new SelfSigned(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Where they are. */
    public Path file() {
        return file;
    }

    /** What is in the file. */
    public KeyStore keys() {
        return keys;
    }

    /** The certificate as PEM, for clients that are to trust it. */
    public String certificate() throws GeneralSecurityException {
        return pem("CERTIFICATE", keys.getCertificate(ALIAS).getEncoded());
    }

    /** The key as PEM. */
    public String privateKey() throws GeneralSecurityException {
        return pem("PRIVATE KEY", keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded());
    }

    private static String pem(String type, byte[] content) {
        return "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder().encodeToString(content) + "\n-----END " + type
                + "-----\n";
    }
}
