package io.quicpool.jmx;

import io.quicpool.ClientPool;
import io.quicpool.PoolListener;
import io.quicpool.PoolState;
import io.quicpool.ServerPool;
import io.quicpool.StreamPool;
import io.quicpool.config.CapacityBounds;
import io.quicpool.config.Durations;
import io.quicpool.config.IntervalBounds;
import io.quicpool.config.PoolLabel;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.Notification;
import javax.management.NotificationBroadcasterSupport;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * Registers pools in the platform's MBean server, as {@code
 * io.quicpool:type=ClientPool|ServerPool,name="POOL",application="APPLICATION"}. Each member of a pool with several targets also
 * has {@code member="HOST:PORT"}.
 */
public final class PoolMBeans {

    /** The domain of all names. */
    public static final String DOMAIN = "io.quicpool";

    private static final Logger LOG = System.getLogger("io.quicpool");

    private PoolMBeans() {}

    /**
     * Registers the pools of one application, each with {@link #register}. If another application of this JVM uses one of the names, for
     * example in tests, {@code -2} or the next free number is appended to the name of the application.
     *
     * @param application the name of the application
     * @return the name of the application in JMX
     */
    public static String registerAll(List<? extends StreamPool> pools, String application) {
        // The MBean server is the one object that all class loaders share.
        synchronized (server()) {
            String free = application;
            for (int i = 2; isTaken(pools, free); i++) {
                free = application + "-" + i;
            }
            if (!free.equals(application)) {
                LOG.log(
                        Level.INFO,
                        "another application \"{0}\" of this JVM has registered pools of the same names; this one is \"{1}\" in JMX",
                        application,
                        free);
            }
            for (StreamPool pool : pools) {
                register(pool, free);
            }
            return free;
        }
    }

    private static boolean isTaken(List<? extends StreamPool> pools, String application) {
        return pools.stream().anyMatch(pool -> server().isRegistered(name(pool, application, pool.name(), null)));
    }

    /**
     * Registers a pool, and its members when it has several targets. When the pool closes, it is unregistered. If the name is
     * taken, a warning is logged, and the pool works without its MXBean.
     *
     * @param application the name of the application, which distinguishes the applications of one JVM
     * @return the registered names of the pool and its members, without those that were taken
     */
    public static List<ObjectName> register(StreamPool pool, String application) {
        List<ObjectName> names = new ArrayList<>();
        add(names, pool, application, pool.name(), null);
        if (pool instanceof ClientPool client) {
            names.addAll(new Members(client, application).register());
        }
        return names;
    }

    /** The members of a pool, which come and go. A member that closes unregisters itself. */
    private static final class Members implements PoolListener {

        private final ClientPool pool;
        private final String application;
        // Guarded by this.
        private final Set<ClientPool> registered = new HashSet<>();

        Members(ClientPool pool, String application) {
            this.pool = pool;
            this.application = application;
            pool.addListener(this);
        }

        synchronized List<ObjectName> register() {
            List<ClientPool> now = pool.members();
            List<ObjectName> names = new ArrayList<>();
            for (ClientPool member : now) {
                if (registered.add(member)) {
                    add(names, member, application, pool.name(), target(member, pool));
                }
            }
            registered.retainAll(now);
            return names;
        }

        @Override
        public void targetsChanged(StreamPool changed) {
            register();
        }
    }

    private static String target(ClientPool member, StreamPool pool) {
        return member.name().substring(pool.name().length() + 1);
    }

    private static void add(
            List<ObjectName> names, StreamPool pool, String application, String name, @Nullable String member) {
        ObjectName taken = register(pool, name(pool, application, name, member));
        if (taken != null) {
            names.add(taken);
        }
    }

    private static ObjectName name(StreamPool pool, String application, String name, @Nullable String member) {
        // As text, because clients such as JConsole show the keys in this order.
        String text = DOMAIN + ":type=" + (pool instanceof ClientPool ? "ClientPool" : "ServerPool") + ",name="
                + ObjectName.quote(name) + ",application=" + ObjectName.quote(application)
                + (member == null ? "" : ",member=" + ObjectName.quote(member));
        try {
            return new ObjectName(text);
        } catch (MalformedObjectNameException e) {
            throw new IllegalArgumentException(label(pool) + ": not possible as a JMX name: " + e.getMessage(), e);
        }
    }

    private static @Nullable ObjectName register(StreamPool pool, ObjectName name) {
        NotificationBroadcasterSupport notifications = new NotificationBroadcasterSupport(PoolNotification.declared());
        Notifier notifier = new Notifier(name, notifications, bounds(pool));
        try {
            server().registerMBean(view(pool, notifications), name);
        } catch (InstanceAlreadyExistsException e) {
            LOG.log(
                    Level.WARNING,
                    "{0}: no MXBean, its name {1} is taken; register the pool with another application name",
                    label(pool),
                    name);
            return null;
        } catch (JMException | RuntimeException e) {
            LOG.log(
                    Level.WARNING,
                    label(pool) + ": cannot register the MXBean " + name + "; the pool works without it",
                    e);
            return null;
        }
        pool.addListener(notifier);
        if (pool.state() == PoolState.CLOSED) {
            notifier.closed(pool); // it may have closed before the listener was added
        }
        return name;
    }

    private static DescribedMBean view(StreamPool pool, NotificationBroadcasterSupport notifications) {
        if (pool instanceof ClientPool client) {
            return new DescribedMBean(new ClientPoolView(client), ClientPoolMXBean.class, notifications);
        }
        if (pool instanceof ServerPool server) {
            return new DescribedMBean(new ServerPoolView(server), ServerPoolMXBean.class, notifications);
        }
        throw new IllegalArgumentException("neither a client nor a server pool: " + pool.getClass());
    }

    private static String bounds(StreamPool pool) {
        if (pool instanceof ClientPool client) {
            CapacityBounds capacity = client.capacityBounds();
            IntervalBounds interval = client.intervalBounds();
            return "capacity " + capacity.min() + " to " + capacity.max() + " and interval "
                    + Durations.text(interval.min()) + " to " + Durations.text(interval.max());
        }
        return "capacity up to " + pool.capacity();
    }

    static PoolLabel label(StreamPool pool) {
        return pool instanceof ClientPool ? PoolLabel.client(pool.name()) : PoolLabel.server(pool.name());
    }

    private static MBeanServer server() {
        return ManagementFactory.getPlatformMBeanServer();
    }

    /** Sends events of the pool as notifications, and unregisters the pool when it closes. */
    private static final class Notifier implements PoolListener {

        private final ObjectName name;
        private final NotificationBroadcasterSupport notifications;
        private final AtomicLong number = new AtomicLong();
        // Events come one at a time.
        private volatile String bounds;

        Notifier(ObjectName name, NotificationBroadcasterSupport notifications, String bounds) {
            this.name = name;
            this.notifications = notifications;
            this.bounds = bounds;
        }

        private void send(PoolNotification what, StreamPool pool, String detail) {
            notifications.sendNotification(new Notification(
                    what.type(),
                    name,
                    number.incrementAndGet(),
                    System.currentTimeMillis(),
                    label(pool) + ": " + detail));
        }

        @Override
        public void ready(StreamPool pool) {
            send(PoolNotification.READY, pool, "ready");
        }

        @Override
        public void peerLost(StreamPool pool, String reason) {
            send(PoolNotification.PEER_LOST, pool, "peer lost: " + reason);
        }

        @Override
        public void recovered(StreamPool pool) {
            send(PoolNotification.RECOVERED, pool, "ready again");
        }

        @Override
        public void exhausted(StreamPool pool) {
            send(PoolNotification.EXHAUSTED, pool, "no stream is idle, or max-in-use are in use; a caller waits");
        }

        @Override
        public void boundsChanged(StreamPool pool) {
            String before = bounds;
            bounds = bounds(pool);
            send(PoolNotification.BOUNDS_CHANGED, pool, "bounds changed: " + before + " before, " + bounds + " now");
        }

        @Override
        public void closed(StreamPool pool) {
            try {
                server().unregisterMBean(name);
            } catch (InstanceNotFoundException alreadyUnregistered) {
                // Somebody else has unregistered it.
            } catch (JMException e) {
                LOG.log(Level.WARNING, label(pool) + ": cannot unregister the MXBean " + name, e);
            }
        }
    }
}
