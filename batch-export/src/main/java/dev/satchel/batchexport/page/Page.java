package dev.satchel.batchexport.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.Consumer;

/** The frame of a page: its head with the styles, which follow the reader's choice of light or dark. */
public final class Page {

    /** Should a text ever be taken for markup, the browser still runs nothing and asks no server for anything. */
    private static final String POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

    private Page() {}

    /**
     * The whole page as text.
     *
     * @param title names the page in the browser's tab
     * @param body writes the page's header, main part and footer
     */
    public static String of(String title, Consumer<Html> body) {
        StringWriter text = new StringWriter();
        Html html = new Html(text);
        html.doctype().begin("html", "lang", "en").line();
        html.begin("head").line();
        html.empty("meta", "charset", "utf-8").line();
        html.empty("meta", "http-equiv", "Content-Security-Policy", "content", POLICY)
                .line();
        html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1")
                .line();
        html.empty("meta", "name", "color-scheme", "content", "light dark").line();
        html.empty("meta", "name", "referrer", "content", "no-referrer").line();
        html.leaf("title", title).line();
        html.styles(styles()).line();
        html.end().line();
        html.begin("body").line();
        body.accept(html);
        html.end().line().end().line().flush();
        return text.toString();
    }

    private static String styles() {
        try (InputStream file = Page.class.getResourceAsStream("page.css")) {
            return new String(Objects.requireNonNull(file, "page.css").readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
