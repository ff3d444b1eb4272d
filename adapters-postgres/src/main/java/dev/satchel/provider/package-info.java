/**
 * Asks the providers whether they accept a key.
 *
 * <p>It lives in this module because services embed it, and ask when a key is set. It needs the JDK's HTTP client and a
 * parser of JSON only.
 *
 * <p><b>Where keys go.</b> To {@code api.openai.com}, {@code api.anthropic.com} and {@code api.unsplash.com}, over TLS with
 * a certificate for that name, in a header, and nowhere else: the three addresses are constants, and no argument,
 * setting, stored value or redirect changes them. A proxy that the JVM is told of sees an encrypted tunnel. The header is a
 * string, which the JDK's client keeps until it is collected as garbage; it cannot be wiped.
 *
 * <p><b>What an answer proves.</b> A key is valid when its provider lists what the key may see, and invalid when the
 * provider says that there is no such key, in the words it has for that and no others. Every other answer, and none,
 * proves nothing.
 *
 * <table>
 * <caption>What proves a key valid or invalid</caption>
 * <tr><th>Provider</th><th>Question</th><th>Valid</th><th>Invalid</th></tr>
 * <tr><td>OpenAI</td><td>{@code GET /v1/models}</td><td>200 with a list</td>
 *     <td>401 with the code {@code invalid_api_key}; a restricted key gets 401 without it</td></tr>
 * <tr><td>Anthropic</td><td>{@code GET /v1/models?limit=1}</td><td>200 with a list</td>
 *     <td>401 with {@code authentication_error} and {@code invalid x-api-key}</td></tr>
 * <tr><td>Unsplash</td><td>{@code GET /photos?per_page=1}, one of the 50 requests an hour of a demo
 *     application</td><td>200 with an array</td><td>401 with the error that the access token is invalid</td></tr>
 * </table>
 */
@NullMarked
package dev.satchel.provider;

import org.jspecify.annotations.NullMarked;
