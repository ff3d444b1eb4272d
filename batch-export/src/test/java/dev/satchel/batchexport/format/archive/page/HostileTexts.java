package dev.satchel.batchexport.format.archive.page;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Texts that break a page which takes them for markup, for a script, for a direction or for a width. */
final class HostileTexts {

    private static final String PICTURE = "<img src=http://127.0.0.1:1/x onerror=alert(1)>";

    private static final List<String> CORES = List.of(
            "<script>alert(1)</script>",
            "<SCRIPT SRC=http://127.0.0.1:1/x.js></SCRIPT>",
            PICTURE,
            "<svg onload=alert(1)><animate onbegin=alert(1) attributeName=x dur=1s>",
            "<svg><script xlink:href=data:,alert(1) /></svg>",
            "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
            "<object data=http://127.0.0.1:1/></object><embed src=http://127.0.0.1:1/>",
            "<base href=http://127.0.0.1:1/>",
            "<meta http-equiv=refresh content='0;url=http://127.0.0.1:1/'>",
            "<link rel=stylesheet href=http://127.0.0.1:1/x.css>",
            "<style>@import 'http://127.0.0.1:1/'; * { display: none }</style>",
            "<form action=http://127.0.0.1:1/><button autofocus onfocus=alert(1)>",
            "<a href=javascript:alert(1)>x</a>",
            "<details open ontoggle=alert(1)>",
            "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
            "<noscript><p title='</noscript>" + PICTURE + "'>",
            "<template><script>alert(1)</script></template>",
            "<!-- " + PICTURE,
            "<![CDATA[<script>alert(1)</script>]]>",
            "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
            "&lt;script&gt;alert(1)&lt;/script&gt; &#x3c;script&#x3e; &nbsp &amp;amp;",
            "javascript:alert(1)",
            "data:text/html,<script>alert(1)</script>",
            "{{constructor.constructor('alert(1)')()}} ${alert(1)} #{7*7} <%= 7*7 %>",
            "{0} {1} '{2}' {",
            "=HYPERLINK(\"http://127.0.0.1:1/\")",
            "\u0000\u0001\u0007\u0008\u000B\u000C\u001B[31m\u007F\u0085\u009F",
            "\uFFFE\uFFFF\uFDD0\uD83F\uDFFE",
            "\uD800 alone, \uDFFF alone",
            "\u202Etxet siht esrever\u202C\u2066\u2069\u2069\u2069\u202A\u202B\u202D",
            "\u200B\u200C\u200D\uFEFF\u00AD\u2060\u180E",
            "\u2028\u2029\r\n\r\t",
            "e" + "\u0301\u0302\u0303\u0316\u0317".repeat(60),
            "\uFDFD".repeat(40),
            "\uD83D\uDC69\u200D\uD83D\uDC69\u200D\uD83D\uDC67 \u2764\uFE0F \uD83C\uDDEA\uD83C\uDDF8",
            "W".repeat(5000),
            "שלום <b>עולם</b> مرحبا",
            "' onmouseover=alert(1) x='",
            "\" onmouseover=\"alert(1)\" x=\"",
            "` onmouseover=alert(1) x=`");

    private static final List<String> BEFORE = List.of(
            "",
            "\">",
            "'>",
            "--></title></style></script></textarea>",
            "</td></tr></table></section></main>",
            "]]>",
            "</svg></desc></figure>",
            "</bdi></p></dl>",
            "\u202E",
            "\u0000",
            "<",
            "&",
            "a\n\n");

    /** Texts that show nothing; null is a value that is missing. */
    private static final List<@Nullable String> BLANK =
            Arrays.asList("", " ", "\u00A0\u2003", "\u200B\u200D\uFEFF", null);

    private HostileTexts() {}

    /** Texts that break nothing, in the place of these; what shows nothing stays, because it names no row. */
    static List<@Nullable String> harmless(List<@Nullable String> texts) {
        List<@Nullable String> harmless = new ArrayList<>();
        for (String text : texts) {
            boolean isBlank = text == null || text.matches("[\\s\\p{Z}\\p{Cf}]*");
            harmless.add(isBlank ? text : "x");
        }
        return harmless;
    }

    /** All of them, more than 500. */
    static List<@Nullable String> all() {
        List<@Nullable String> texts = new ArrayList<>();
        for (String before : BEFORE) {
            for (String core : CORES) {
                texts.add(before + core);
            }
        }
        texts.addAll(BLANK);
        return texts;
    }

    /** One of each kind. */
    static List<@Nullable String> some() {
        List<@Nullable String> texts = new ArrayList<>();
        for (int at = 0; at < CORES.size(); at++) {
            texts.add(BEFORE.get(at % BEFORE.size()) + CORES.get(at));
        }
        texts.addAll(BLANK);
        return texts;
    }
}
