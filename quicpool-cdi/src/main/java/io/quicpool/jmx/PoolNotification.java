package io.quicpool.jmx;

import javax.management.MBeanNotificationInfo;
import javax.management.Notification;

/** The notifications of a pool's MXBean, by type. */
enum PoolNotification {
    READY("io.quicpool.ready", "The pool became ready for the first time"),
    PEER_LOST("io.quicpool.peer-lost", "A connection was lost, and its idle streams with it"),
    RECOVERED("io.quicpool.recovered", "The client pool is ready again after an outage"),
    EXHAUSTED("io.quicpool.exhausted", "A caller had to wait because no stream was idle, or max-in-use were in use"),
    BOUNDS_CHANGED("io.quicpool.bounds-changed", "A bound of the capacity or of the interval was changed");

    private final String type;
    private final String description;

    PoolNotification(String type, String description) {
        this.type = type;
        this.description = description;
    }

    String type() {
        return type;
    }

    String description() {
        return description;
    }

    static MBeanNotificationInfo[] declared() {
        PoolNotification[] all = values();
        MBeanNotificationInfo[] infos = new MBeanNotificationInfo[all.length];
        for (int i = 0; i < all.length; i++) {
            infos[i] = new MBeanNotificationInfo(
                    new String[] {all[i].type}, Notification.class.getName(), all[i].description);
        }
        return infos;
    }
}
