package dev.vigil.mqtt;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which broker is tried next. A round is every broker once, without a wait between them: first those that a broker has moved
 * to, then the one that worked last, then the others as they are configured. Confined to the event loop.
 */
final class Brokers {
    /** Most redirections without a wait or a connection that held between them: brokers may point at each other. */
    static final int REDIRECTS_MAX = 5;

    private final List<BrokerAddress> configured;
    /** Where a broker said that it has moved for good; tried first as long as the process lives. */
    private List<BrokerAddress> moved = List.of();

    private BrokerAddress worked;
    private final Deque<BrokerAddress> round = new ArrayDeque<>();
    /** Brokers that refused for a reason that will last, until when they are left alone ({@link System#nanoTime()}). */
    private final Map<BrokerAddress, Long> restUntilNs = new HashMap<>();

    private int redirects;

    /** @param configured at least one */
    Brokers(List<BrokerAddress> configured) {
        this.configured = List.copyOf(configured);
    }

    /** Begins a round and returns its first broker. */
    BrokerAddress first(long nowNs) {
        redirects = 0;
        Set<BrokerAddress> order = order();
        round.clear();
        for (BrokerAddress address : order) {
            if (restNs(address, nowNs) <= 0) {
                round.add(address);
            }
        }
        if (round.isEmpty()) {
            round.addAll(order); // The timer came a little early.
        }
        return round.poll();
    }

    private Set<BrokerAddress> order() {
        Set<BrokerAddress> order = new LinkedHashSet<>(moved);
        if (worked != null && configured.contains(worked)) {
            order.add(worked);
        }
        order.addAll(configured);
        return order;
    }

    /** The next broker of the round; null when it is over, and a wait is due. */
    BrokerAddress next() {
        return round.poll();
    }

    /** The broker accepted. */
    void accepted(BrokerAddress address) {
        worked = address;
        restUntilNs.remove(address);
        round.clear();
    }

    /** The connection held. */
    void held() {
        redirects = 0;
    }

    /** The broker refused for a reason that trying soon will not cure. */
    void rest(BrokerAddress address, long untilNs) {
        restUntilNs.put(address, untilNs);
    }

    /** How long until a broker may be tried that refused for a lasting reason, if all did; not above 0 otherwise. */
    long restNs(long nowNs) {
        return order().stream()
                .mapToLong(address -> restNs(address, nowNs))
                .min()
                .orElseThrow();
    }

    private long restNs(BrokerAddress address, long nowNs) {
        Long untilNs = restUntilNs.get(address);
        return untilNs == null ? 0 : untilNs - nowNs;
    }

    /** Whether one more redirection may be followed now. */
    boolean mayFollow() {
        return redirects < REDIRECTS_MAX;
    }

    /**
     * The broker sent us elsewhere.
     *
     * @param targets at least one
     * @param forGood it has moved there, and is not just relieved
     * @return the first to try; the others come next
     */
    BrokerAddress follow(List<BrokerAddress> targets, boolean forGood) {
        redirects++;
        if (forGood) {
            moved = List.copyOf(targets);
        }
        round.clear();
        round.addAll(targets);
        return round.poll();
    }
}
