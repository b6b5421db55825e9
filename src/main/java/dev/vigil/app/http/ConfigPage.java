package dev.vigil.app.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.base.Durations;
import dev.vigil.base.Masked;
import dev.vigil.base.Secret;
import dev.vigil.config.VigilConfig;
import dev.vigil.http.Answer;
import dev.vigil.http.Page;
import dev.vigil.http.Request;
import io.netty.util.NetUtil;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * {@code /config}: what the daemon works with, all defaults included, as it took it from its file. No secret is in it: not those
 * that are known to be, nor user names, nor what stands in addresses. A value of a kind that is not known here is not shown.
 */
final class ConfigPage implements Page {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String HIDDEN = "***";
    private static final Set<String> SECRET = Set.of("username", "password", "token");

    private final Supplier<VigilConfig> config;

    ConfigPage(Supplier<VigilConfig> config) {
        this.config = config;
    }

    @Override
    public Answer answer(Request request) {
        return Answer.json(json(config.get()).toPrettyString());
    }

    static JsonNode json(Object value) {
        if (value == null) {
            return JSON.nullNode();
        } else if (value instanceof Secret) {
            return JSON.textNode(HIDDEN);
        } else if (value instanceof Record fields) {
            return fields(fields);
        } else if (value instanceof Map<?, ?> map) {
            ObjectNode object = JSON.objectNode();
            map.forEach((key, of) -> object.set(Masked.text(key.toString()), of(key.toString(), of)));
            return object;
        } else if (value instanceof Collection<?> all) {
            ArrayNode array = JSON.arrayNode();
            all.forEach(one -> array.add(json(one)));
            return array;
        } else if (value.getClass().isArray()) {
            ArrayNode array = JSON.arrayNode();
            for (int i = 0; i < Array.getLength(value); i++) {
                array.add(json(Array.get(value, i)));
            }
            return array;
        }
        return plain(value);
    }

    private static JsonNode plain(Object value) {
        if (value instanceof Boolean flag) {
            return JSON.booleanNode(flag);
        } else if (value instanceof Integer || value instanceof Long) {
            return JSON.numberNode(((Number) value).longValue());
        } else if (value instanceof Float number) {
            return JSON.numberNode(number);
        } else if (value instanceof Double number) {
            return JSON.numberNode(number);
        } else if (value instanceof Enum<?> word) {
            return JSON.textNode(word.name().toLowerCase(Locale.ROOT));
        } else if (value instanceof Duration duration) {
            return JSON.textNode(Durations.format(duration));
        } else if (value instanceof InetSocketAddress address) {
            return JSON.textNode(NetUtil.toSocketAddressString(address));
        } else if (value instanceof URI uri) {
            return JSON.textNode(Masked.uri(uri));
        } else if (value instanceof String || value instanceof Path) {
            return JSON.textNode(Masked.text(value.toString()));
        }
        return JSON.textNode(HIDDEN);
    }

    private static ObjectNode fields(Record fields) {
        ObjectNode object = JSON.objectNode();
        for (RecordComponent field : fields.getClass().getRecordComponents()) {
            object.set(snake(field.getName()), of(field.getName(), value(fields, field)));
        }
        return object;
    }

    private static JsonNode of(String key, Object value) {
        boolean secret = value != null && SECRET.stream().anyMatch(key.toLowerCase(Locale.ROOT)::contains);
        return secret ? JSON.textNode(HIDDEN) : json(value);
    }

    private static Object value(Record fields, RecordComponent field) {
        try {
            return field.getAccessor().invoke(fields);
        } catch (IllegalAccessException e) {
            return new Secret(""); // of a record that is nobody's business
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(field.getName() + " of a configuration can not be read", e);
        }
    }

    /** {@code openTimeout} as {@code open_timeout}. */
    private static String snake(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }
}
