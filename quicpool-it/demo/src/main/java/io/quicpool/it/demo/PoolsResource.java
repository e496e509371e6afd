package io.quicpool.it.demo;

import io.quicpool.jmx.ClientPoolMXBean;
import io.quicpool.jmx.ServerPoolMXBean;
import io.quicpool.jmx.StreamPoolMXBean;
import jakarta.inject.Inject;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Set;
import javax.management.JMException;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/** What the page shows and does. It manages the pools through their MXBeans, like any operator. */
@Path("/api")
public class PoolsResource {

    private static final MBeanServer MBEANS = ManagementFactory.getPlatformMBeanServer();

    @Inject
    Peer peer;

    @Inject
    Traffic traffic;

    /** Everything that the page shows. */
    record View(List<PoolView> pools, boolean peer, boolean traffic, long answered, long failed) {}

    /** New bounds of capacity. */
    record Bounds(@Nullable Integer min, int max) {}

    @GET
    public View view() {
        List<PoolView> pools = names("*", "*").stream()
                .sorted()
                .map(name -> PoolView.of(pool(name)))
                .toList();
        return new View(pools, peer.alive(), traffic.on(), traffic.answered(), traffic.failed());
    }

    @POST
    @Path("pools/{kind}/{name}/{action}")
    public void act(
            @PathParam("kind") String kind, @PathParam("name") String name, @PathParam("action") String action) {
        StreamPoolMXBean pool = pool(kind, name);
        switch (action) {
            case "flush" -> pool.flush();
            case "reset-errors" -> pool.resetError();
            case "suspend" -> pool.suspend();
            case "resume" -> pool.resume();
            default -> throw new NotFoundException("no action " + action);
        }
    }

    @POST
    @Path("pools/{kind}/{name}/bounds")
    @Consumes(MediaType.APPLICATION_JSON)
    public void bounds(@PathParam("kind") String kind, @PathParam("name") String name, Bounds bounds) {
        StreamPoolMXBean pool = pool(kind, name);
        try {
            if (pool instanceof ClientPoolMXBean client) {
                set(client, bounds.min() == null ? client.getMinCapacity() : bounds.min(), bounds.max());
            } else {
                ((ServerPoolMXBean) pool).setMaxCapacity(bounds.max());
            }
        } catch (IllegalArgumentException e) {
            throw new BadRequestException(Response.status(Response.Status.BAD_REQUEST)
                    .type(MediaType.TEXT_PLAIN)
                    .entity(String.valueOf(e.getMessage()))
                    .build());
        }
    }

    // Sets both or none, in an order in which the minimum is never above the maximum.
    private static void set(ClientPoolMXBean client, int min, int max) {
        int minBefore = client.getMinCapacity();
        int maxBefore = client.getMaxCapacity();
        try {
            client.setMinCapacity(Math.min(minBefore, Math.max(1, max)));
            client.setMaxCapacity(max);
            client.setMinCapacity(min);
        } catch (IllegalArgumentException e) {
            client.setMaxCapacity(maxBefore);
            client.setMinCapacity(minBefore);
            throw e;
        }
    }

    @POST
    @Path("peer/kill")
    public void killPeer() {
        peer.kill();
    }

    @POST
    @Path("peer/start")
    public void startPeer() {
        peer.start();
    }

    @POST
    @Path("traffic/{turn: on|off}")
    public void traffic(@PathParam("turn") String turn) {
        traffic.turn(turn.equals("on"));
    }

    private static StreamPoolMXBean pool(String kind, String name) {
        return names(kind.equals("client") ? "ClientPool" : "ServerPool", ObjectName.quote(name)).stream()
                .findFirst()
                .map(PoolsResource::pool)
                .orElseThrow(() -> new NotFoundException("no " + kind + " pool " + name));
    }

    private static Set<ObjectName> names(String type, String name) {
        try {
            return MBEANS.queryNames(new ObjectName("io.quicpool:type=" + type + ",name=" + name + ",*"), null);
        } catch (JMException e) {
            throw new NotFoundException(e);
        }
    }

    private static StreamPoolMXBean pool(ObjectName name) {
        return name.getKeyProperty("type").equals("ClientPool")
                ? JMX.newMXBeanProxy(MBEANS, name, ClientPoolMXBean.class)
                : JMX.newMXBeanProxy(MBEANS, name, ServerPoolMXBean.class);
    }
}
