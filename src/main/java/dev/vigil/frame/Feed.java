package dev.vigil.frame;

/** One camera's way into the pipeline: its name, its account, its mailbox, and what is not as it should be with it. */
public final class Feed {
    private final String camera;
    private final Ledger ledger;
    private final Mailbox mailbox;
    private final Warnings warnings = new Warnings();
    private final CascadeCounts cascade = new CascadeCounts();
    private volatile ClockStatus clock;

    /**
     * @param camera the camera's name, as it stands in topics
     * @param lossless every frame is wanted: the reader waits for the pipeline
     */
    public Feed(String camera, boolean lossless) {
        this.camera = camera;
        this.ledger = new Ledger(camera);
        this.mailbox = new Mailbox(ledger, lossless);
    }

    public String camera() {
        return camera;
    }

    public Ledger ledger() {
        return ledger;
    }

    public Mailbox mailbox() {
        return mailbox;
    }

    /** What is known of the camera's clock; null while there is no connection to it. From any thread. */
    public ClockStatus clock() {
        return clock;
    }

    /** The reader's. */
    public void clock(ClockStatus newClock) {
        clock = newClock;
    }

    public Warnings warnings() {
        return warnings;
    }

    public CascadeCounts cascade() {
        return cascade;
    }
}
