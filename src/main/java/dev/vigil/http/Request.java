package dev.vigil.http;

import java.util.Map;

/**
 * What is asked for.
 *
 * @param path as it came, such as {@code /snapshot/gate.jpg}; never decoded, so that nothing hides in it
 * @param rest of the path after that of its page, such as {@code gate.jpg}; empty where the page has no such rest
 * @param parameters after the question mark, as they came; those that its page knows, each once
 * @param accept the header of that name; null where there is none
 * @param headOnly the answer's body will not be sent
 */
public record Request(String path, String rest, Map<String, String> parameters, String accept, boolean headOnly) {}
