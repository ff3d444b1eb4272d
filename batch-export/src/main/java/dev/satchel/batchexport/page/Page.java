package dev.satchel.batchexport.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The frame of a page: its head with the styles, which follow the reader's choice of light or dark.
 *
 * @param language of its text, as a BCP 47 tag
 * @param title names the page in the browser's tab
 * @param styles of this page, beside those of every page; empty for none
 * @param script of this page, the only one that the browser runs; empty for none
 */
public record Page(String language, String title, String styles, String script) {

    /**
     * Should a text ever be taken for markup, the browser still runs no script but the page's own, sends no form, and
     * loads nothing from a server. No policy of a page restrains a link that its reader follows.
     */
    private static final String SOURCES = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

    /** What {@code default-src} does not govern. */
    private static final String RESTRICTIONS = "; base-uri 'none'; form-action 'none'";

    /**
     * A whole page in English without a script, as text.
     *
     * @param title names the page in the browser's tab
     * @param body writes the page's header, main part and footer
     */
    public static String of(String title, Consumer<Html> body) {
        StringWriter text = new StringWriter();
        new Page("en", title, "", "").write(text, body);
        return text.toString();
    }

    /**
     * Writes the page to {@code target}, which stays open.
     *
     * @param body writes the page's header, main part and footer
     */
    public void write(Writer target, Consumer<Html> body) {
        Html html = new Html(target);
        html.doctype().begin("html", "lang", language).line();
        html.begin("head").line();
        html.empty("meta", "charset", "utf-8").line();
        html.empty("meta", "http-equiv", "Content-Security-Policy", "content", policy())
                .line();
        html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1")
                .line();
        html.empty("meta", "name", "color-scheme", "content", "light dark").line();
        html.empty("meta", "name", "referrer", "content", "no-referrer").line();
        html.leaf("title", title).line();
        html.verbatim("style", text(Page.class, "page.css") + styles).line();
        html.end().line();
        html.begin("body").line();
        body.accept(html);
        if (!script.isEmpty()) {
            html.verbatim("script", script).line();
        }
        html.end().line().end().line().flush();
    }

    /** The text of a file that stands beside a class. */
    public static String text(Class<?> beside, String name) {
        try (InputStream file = beside.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(file, name).readAllBytes(), UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private String policy() {
        if (script.isEmpty()) {
            return SOURCES + RESTRICTIONS;
        }
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(script.getBytes(UTF_8));
            return SOURCES + "; script-src 'sha256-" + Base64.getEncoder().encodeToString(hash) + "'" + RESTRICTIONS;
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
