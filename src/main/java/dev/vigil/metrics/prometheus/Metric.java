package dev.vigil.metrics.prometheus;

import java.util.List;

/**
 * Every metric there is, by Prometheus's conventions: base units in the name, {@code _total} for what only grows, and labels
 * whose values are of the configuration or of an enum, so that nobody from outside makes series. Names that begin with
 * {@code process_} and {@code jvm_} are those that Prometheus's own clients use.
 */
public enum Metric {
    BUILD_INFO("vigil_build_info", Type.GAUGE, "1; its labels say which Vigil runs.", "version", "commit", "java"),
    READY("vigil_ready", Type.GAUGE, "1 while `/readyz` says that the pipeline can work."),
    LIVE("vigil_live", Type.GAUGE, "1 while `/livez` says that no part is stuck."),

    CAMERA_UP("vigil_camera_up", Type.GAUGE, "1 while pictures come from the camera.", "camera"),
    CAMERA_STATE(
            "vigil_camera_state",
            Type.GAUGE,
            "1 for the state that the camera is in, 0 for the others: connecting, up, down, disabled, ended or stopped.",
            "camera",
            "state"),
    CAMERA_INFO("vigil_camera_info", Type.GAUGE, "1; which model the camera's frames are for.", "camera", "model"),
    CAMERA_RECONNECTS(
            "vigil_camera_reconnects_total",
            Type.COUNTER,
            "How often the camera was connected to again; from 0 when it is read otherwise after a reload.",
            "camera"),
    CAMERA_WIDTH(
            "vigil_camera_width_pixels", Type.GAUGE, "Width of the camera's pictures; 0 before the first.", "camera"),
    CAMERA_HEIGHT(
            "vigil_camera_height_pixels", Type.GAUGE, "Height of the camera's pictures; 0 before the first.", "camera"),
    CAMERA_WARNING(
            "vigil_camera_warning",
            Type.GAUGE,
            "1 while there is this warning of the camera, as in its status message.",
            "camera",
            "kind"),
    CLOCK_OFFSET(
            "vigil_camera_clock_offset_seconds",
            Type.GAUGE,
            "How far the camera's clock is ahead of this box's; only where the camera tells its time.",
            "camera"),
    FRAMES_READ("vigil_camera_frames_read_total", Type.COUNTER, "Frames that came from the camera.", "camera"),
    FRAMES_PUBLISHED(
            "vigil_camera_frames_published_total",
            Type.COUNTER,
            "Frames whose message was written to the network. `rate()` of it is the frames per second.",
            "camera"),
    FRAMES_DROPPED(
            "vigil_camera_frames_dropped_total",
            Type.COUNTER,
            "Frames that were not published, by the causes of the [ledger](messages.md).",
            "camera",
            "cause"),
    FRAMES_IN_FLIGHT(
            "vigil_camera_frames_in_flight",
            Type.GAUGE,
            "Frames that are inside, those of messages that wait in the outbox included.",
            "camera"),
    FRAMES_UNACCOUNTED(
            "vigil_camera_frames_unaccounted",
            Type.GAUGE,
            "Frames read that are neither published, dropped nor in flight: anything but 0 is a bug.",
            "camera"),
    STEP_SECONDS(
            "vigil_camera_step_seconds",
            Type.HISTOGRAM,
            "How long each step of a published frame took; `step` as in messages.",
            "camera",
            "step"),
    TOTAL_SECONDS(
            "vigil_camera_frame_seconds",
            Type.HISTOGRAM,
            "From a frame's first byte to its message being handed to the network: all steps together.",
            "camera"),
    AGE_SECONDS(
            "vigil_camera_age_seconds",
            Type.HISTOGRAM,
            "How old a frame was, since the camera took it, when its message was handed to the network.",
            "camera"),
    CROPS("vigil_camera_crops_total", Type.COUNTER, "Crops that models after the first have looked at.", "camera"),
    CROPS_LEFT_OUT(
            "vigil_camera_crops_left_out_total",
            Type.COUNTER,
            "Crops that were more than the model after the first is to look at.",
            "camera"),
    CROPS_FAILED("vigil_camera_crops_failed_total", Type.COUNTER, "Crops that a model failed on.", "camera"),

    MODEL_INFO("vigil_model_info", Type.GAUGE, "1; where the model runs at the moment.", "model", "device"),
    MODEL_BUILDING(
            "vigil_model_engine_building",
            Type.GAUGE,
            "1 while an engine is built for the device that the model will go over to.",
            "model"),
    RING_SLOTS("vigil_model_ring_slots", Type.GAUGE, "Frames that the model's ring has room for.", "model"),
    RING_OCCUPIED("vigil_model_ring_occupied_slots", Type.GAUGE, "Frames in the model's ring.", "model"),

    MQTT_CONNECTED("vigil_mqtt_connected", Type.GAUGE, "1 while a broker is connected."),
    MQTT_BROKER_CONNECTED(
            "vigil_mqtt_broker_connected",
            Type.GAUGE,
            "1 for the configured broker that is connected, 0 for the others.",
            "broker"),
    MQTT_CONNECTS("vigil_mqtt_connects_total", Type.COUNTER, "Connections that a broker accepted."),
    MQTT_SENT("vigil_mqtt_messages_sent_total", Type.COUNTER, "Messages written to the network, each once."),
    MQTT_RESENT(
            "vigil_mqtt_messages_resent_total",
            Type.COUNTER,
            "Further writes of messages whose acknowledgement a lost connection left open."),
    MQTT_ACKNOWLEDGED(
            "vigil_mqtt_messages_acknowledged_total",
            Type.COUNTER,
            "Messages of QoS 1 and 2 that the broker confirmed."),
    MQTT_REJECTED(
            "vigil_mqtt_messages_rejected_total",
            Type.COUNTER,
            "Messages of QoS 1 and 2 that the broker answered with an error, or kept hanging up on."),
    MQTT_REFUSED(
            "vigil_mqtt_messages_refused_total", Type.COUNTER, "Messages that were not sent, by the reason.", "cause"),
    MQTT_RECEIVED("vigil_mqtt_messages_received_total", Type.COUNTER, "Messages that came for subscriptions."),
    MQTT_WAITING(
            "vigil_mqtt_queued_messages",
            Type.GAUGE,
            "Messages that wait for the network or an acknowledgement, those on disk aside."),
    OUTBOX_MESSAGES("vigil_mqtt_outbox_messages", Type.GAUGE, "Messages in the outbox on disk."),
    OUTBOX_BYTES("vigil_mqtt_outbox_bytes", Type.GAUGE, "What the outbox takes of the disk."),

    HTTP_ANSWERS("vigil_http_answers_total", Type.COUNTER, "Answers of this port, by their status.", "status"),
    HTTP_TURNED_AWAY(
            "vigil_http_connections_refused_total",
            Type.COUNTER,
            "Connections to this port that were closed at once, as there were too many."),

    BOX_CPUS("vigil_box_cpus", Type.GAUGE, "CPUs that the process may use, by affinity and quota."),
    BOX_CPU_THROTTLED(
            "vigil_box_cpu_throttled_seconds_total",
            Type.COUNTER,
            "How long the control group has waited because its CPU quota was used up."),
    BOX_FREQUENCY(
            "vigil_box_cpu_frequency_ratio",
            Type.GAUGE,
            "The clock frequency that the CPU is allowed at the moment, of its highest; of the CPU that is allowed least."),
    BOX_TEMPERATURE("vigil_box_temperature_celsius", Type.GAUGE, "The hottest zone of the box."),
    BOX_TEMPERATURE_LIMIT(
            "vigil_box_temperature_limit_celsius", Type.GAUGE, "Where that zone begins to slow things down."),
    BOX_MEMORY("vigil_box_memory_bytes", Type.GAUGE, "Memory that there is for the process: of the box or its group."),
    BOX_MEMORY_AVAILABLE(
            "vigil_box_memory_available_bytes", Type.GAUGE, "Memory of the box that can be had without swapping."),
    BOX_OOM_KILLS(
            "vigil_box_oom_kills_total",
            Type.COUNTER,
            "Processes of the control group that the kernel has ended for want of memory."),
    BOX_PRESSURE(
            "vigil_box_pressure_seconds_total",
            Type.COUNTER,
            "How long at least one thread of the box waited for `cpu`, `memory` or `io`.",
            "resource"),

    GPU_MEMORY("vigil_gpu_memory_bytes", Type.GAUGE, "Memory of a GPU that this process uses.", "gpu"),
    GPU_MEMORY_USED("vigil_gpu_memory_used_bytes", Type.GAUGE, "What of it all processes have.", "gpu"),
    GPU_MEMORY_OWN("vigil_gpu_memory_own_bytes", Type.GAUGE, "What of it this process has.", "gpu"),
    GPU_UTILIZATION(
            "vigil_gpu_utilization_ratio",
            Type.GAUGE,
            "Of the time, that in which the GPU ran something, by whatever process.",
            "gpu"),
    GPU_TEMPERATURE("vigil_gpu_temperature_celsius", Type.GAUGE, "The GPU's chip.", "gpu"),
    GPU_SLOWED("vigil_gpu_slowed_by_heat", Type.GAUGE, "1 while the GPU's clock is held down because of heat.", "gpu"),

    PROCESS_SWAP("vigil_process_swap_bytes", Type.GAUGE, "What of the process lies in swap space."),
    PROCESS_CPU("process_cpu_seconds_total", Type.COUNTER, "CPU time of all threads, user and system."),
    PROCESS_START("process_start_time_seconds", Type.GAUGE, "When the process was started, since 1970 UTC."),
    PROCESS_RESIDENT("process_resident_memory_bytes", Type.GAUGE, "Resident memory, on and off the Java heap."),
    PROCESS_RESIDENT_PEAK("vigil_process_resident_memory_peak_bytes", Type.GAUGE, "The most resident memory so far."),
    PROCESS_FDS("process_open_fds", Type.GAUGE, "Open file descriptors."),
    PROCESS_FDS_MAX("process_max_fds", Type.GAUGE, "File descriptors that the process may have open."),
    JVM_MEMORY_USED("jvm_memory_used_bytes", Type.GAUGE, "Java memory that is used.", "area"),
    JVM_MEMORY_COMMITTED("jvm_memory_committed_bytes", Type.GAUGE, "Java memory that the system has given.", "area"),
    JVM_MEMORY_MAX("jvm_memory_max_bytes", Type.GAUGE, "Java memory that there may be; -1 for no bound.", "area"),
    JVM_BUFFERS("jvm_buffer_pool_used_bytes", Type.GAUGE, "Java's buffers off the heap.", "pool"),
    JVM_GC("jvm_gc_collection_seconds", Type.SUMMARY, "Time that garbage collection took, and how often.", "gc"),
    JVM_MEMORY_UNMET(
            "vigil_memory_unmet_total",
            Type.COUNTER,
            "How often a thread wanted more memory of Java than there was, and gave up what it was at."),
    JVM_THREADS("jvm_threads_current", Type.GAUGE, "Java threads that are alive.");

    /** What a metric is, in Prometheus's terms. */
    public enum Type {
        COUNTER,
        GAUGE,
        HISTOGRAM,
        SUMMARY
    }

    private final String title;
    private final Type type;
    private final String meaning;
    private final List<String> labels;

    Metric(String title, Type type, String meaning, String... labels) {
        this.title = title;
        this.type = type;
        this.meaning = meaning;
        this.labels = List.of(labels);
    }

    /** Its name as Prometheus shows it. */
    public String title() {
        return title;
    }

    public Type type() {
        return type;
    }

    /** A line for people. */
    public String meaning() {
        return meaning;
    }

    /** In this order everywhere. */
    public List<String> labels() {
        return labels;
    }

    /** {@code seconds}, {@code bytes}, {@code pixels}, {@code celsius} or {@code ratio}; empty for what is only counted. */
    public String unit() {
        String bare = title.replaceFirst("_total$", "");
        return List.of("seconds", "bytes", "pixels", "celsius", "ratio").stream()
                .filter(unit -> bare.endsWith("_" + unit))
                .findFirst()
                .orElse("");
    }
}
