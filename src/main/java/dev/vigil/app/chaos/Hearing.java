package dev.vigil.app.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vigil.app.soak.Witness;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a subscriber heard of each camera, and during the fault that is on. Threadsafe: the subscriber's thread tells it, the run
 * asks.
 */
final class Hearing implements Witness.Heard {
    private final List<Ear> ears = new ArrayList<>();
    /** The one that is on, or was last; null before the first. */
    private ChaosFault fault;

    private boolean closing;
    private long endUs = Long.MAX_VALUE;
    private Notice notice;

    /** What told of the fault first. */
    record Notice(long atUs, String by) {}

    /** One camera's. */
    private static final class Ear {
        private final Map<String, RunAccount> runs = new LinkedHashMap<>();
        private RunAccount newest;
        private String state = "";
        private long heardUs;
        private long silentUs;
        /** When the first message came that was captured after the fault's end; 0 before. */
        private long recoveredUs;
        /** A status of a process of which no message has come yet. */
        private JsonNode early;
    }

    Hearing(int cameras) {
        for (int i = 0; i < cameras; i++) {
            ears.add(new Ear());
        }
    }

    @Override
    public synchronized void detection(int camera, JsonNode message, long nowUs) {
        Ear ear = ears.get(camera - 1);
        String id = message.required("id").textValue();
        String run = id.substring(0, id.lastIndexOf('-'));
        boolean first = !ear.runs.containsKey(run);
        RunAccount account = ear.runs.computeIfAbsent(run, r -> new RunAccount());
        if (first) {
            ear.newest = account;
            if (ear.early != null) {
                account.ledger(ear.early);
                ear.early = null;
            }
        }
        JsonNode dropped = message.path("dropped");
        if (!account.message(message.required("frame").intValue(), dropped) || account != ear.newest) {
            return; // of before, from the outbox
        }
        ear.silentUs = Math.max(ear.silentUs, nowUs - ear.heardUs);
        ear.heardUs = nowUs;
        long capturedUs = fault != null && fault.stepsClock() ? nowUs : Witness.capturedUs(message);
        if (ear.recoveredUs == 0 && nowUs >= endUs && capturedUs >= endUs) {
            ear.recoveredUs = nowUs;
        }
        dropped.fieldNames().forEachRemaining(cause -> said("cam" + camera + " dropped as " + cause, nowUs));
    }

    @Override
    public synchronized void status(int camera, JsonNode message, long nowUs) {
        Ear ear = ears.get(camera - 1);
        ear.state = message.path("state").asText();
        JsonNode ledger = message.path("ledger");
        long read = ledger.path("read").longValue();
        if (ear.newest != null && ear.early == null && ear.newest.canHaveRead(read)) {
            ear.newest.ledger(ledger);
        } else {
            ear.early = ledger;
        }
        if (!closing && !ear.state.equals("up") && !ear.state.equals("connecting")) {
            said("status of cam" + camera + ": " + message.path("error").asText(ear.state), nowUs);
        }
    }

    @Override
    public synchronized void availability(String text, long nowUs) {
        if (text.equals("offline")) {
            said("availability: offline", nowUs);
        }
    }

    /** Something was said that may tell of the fault. */
    synchronized void said(String what, long nowUs) {
        if (notice == null && fault != null && fault.notices().test(what)) {
            notice = new Notice(nowUs, what);
        }
    }

    /** Something told of it for certain. */
    synchronized void noticed(String by, long nowUs) {
        notice = notice == null ? new Notice(nowUs, by) : notice;
    }

    /** Null until something told of it. */
    synchronized Notice notice() {
        return notice;
    }

    /** A fault begins. */
    synchronized void begin(ChaosFault begun, long nowUs) {
        notice = null;
        fault = begun;
        endUs = Long.MAX_VALUE;
        for (Ear ear : ears) {
            ear.heardUs = nowUs;
            ear.silentUs = 0;
            ear.recoveredUs = 0;
        }
    }

    synchronized void ended(long nowUs) {
        endUs = nowUs;
    }

    /** Whether each camera's pictures come again that were taken after the fault's end. */
    synchronized boolean recovered() {
        return ears.stream().allMatch(ear -> ear.recoveredUs > 0);
    }

    /** When the last camera was back; 0 when one is not. */
    synchronized long recoveredUs() {
        return recovered()
                ? ears.stream().mapToLong(ear -> ear.recoveredUs).max().orElse(0)
                : 0;
    }

    /** The longest that any camera was silent since the fault's begin. */
    synchronized long silentUs() {
        return ears.stream().mapToLong(ear -> ear.silentUs).max().orElse(0);
    }

    synchronized boolean allHeard() {
        return ears.stream().allMatch(ear -> ear.newest != null);
    }

    /** Dropped frames that messages have told of so far, by cause, of all cameras and processes. */
    synchronized Map<String, Long> told() {
        Map<String, Long> all = new TreeMap<>();
        ears.forEach(ear -> ear.runs.values().forEach(run -> run.told()
                .forEach((cause, count) -> all.merge(cause, count, Long::sum))));
        return all;
    }

    /** From now on cameras are stopped on purpose. */
    synchronized void closing() {
        closing = true;
    }

    /** Whether reading has stopped, and all that the daemon which runs has published has come. */
    synchronized boolean closed() {
        return ears.stream()
                .allMatch(ear -> ear.state.equals("disabled")
                        && ear.early == null
                        && ear.newest.sum("", "", false).inFlight() == 0
                        && ear.newest.sum("", "", false).lost() == 0);
    }

    synchronized List<RunAccount.Sum> sums() {
        List<RunAccount.Sum> sums = new ArrayList<>();
        for (int camera = 1; camera <= ears.size(); camera++) {
            Ear ear = ears.get(camera - 1);
            String name = "cam" + camera;
            ear.runs.forEach((run, account) -> sums.add(account.sum(name, run, account != ear.newest)));
        }
        return sums;
    }
}
