package io.quicpool.it.bench.small;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.PrintWriter;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.apache.commons.pool2.BasePooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;
import reactor.core.publisher.Mono;
import reactor.pool.InstrumentedPool;
import reactor.pool.PoolBuilder;
import reactor.pool.PooledRef;

/** Borrowing from other pools and giving back, without metrics, in as large batches. Their objects do nothing. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(FullPool.TAKES)
public class OtherPoolsBench {

    private static final int SIZE = 16;

    /** HikariCP. */
    @State(Scope.Benchmark)
    public static class Hikari {

        private HikariDataSource pool;

        /** Opens it. */
        @Setup
        public void open() {
            HikariConfig config = new HikariConfig();
            config.setDataSource(new NoData());
            config.setMaximumPoolSize(SIZE);
            pool = new HikariDataSource(config);
        }

        /** Closes it. */
        @TearDown
        public void close() {
            pool.close();
        }
    }

    /** commons-pool2. */
    @State(Scope.Benchmark)
    public static class Commons {

        private GenericObjectPool<Object> pool;

        /** Opens it, and fills it. */
        @Setup
        public void open() throws Exception {
            pool = new GenericObjectPool<>(new BasePooledObjectFactory<Object>() {
                @Override
                public Object create() {
                    return new Object();
                }

                @Override
                public PooledObject<Object> wrap(Object made) {
                    return new DefaultPooledObject<>(made);
                }
            });
            pool.setMaxTotal(SIZE);
            pool.setMaxIdle(SIZE);
            pool.setMinIdle(SIZE);
            pool.addObjects(SIZE);
        }

        /** Closes it. */
        @TearDown
        public void close() {
            pool.close();
        }
    }

    /** reactor-pool. */
    @State(Scope.Benchmark)
    public static class Reactor {

        private InstrumentedPool<Object> pool;

        /** Opens it, and fills it. */
        @Setup
        public void open() {
            pool = PoolBuilder.from(Mono.fromSupplier(Object::new))
                    .sizeBetween(SIZE, SIZE)
                    .buildPool();
            pool.warmup().block(Duration.ofSeconds(10));
        }

        /** Closes it. */
        @TearDown
        public void close() {
            pool.dispose();
        }
    }

    /** Gets a connection and closes it. */
    @Benchmark
    public void hikari(Hikari hikari, CallerBytes bytes, Blackhole hole) throws SQLException {
        bytes.begin();
        for (int i = 0; i < FullPool.TAKES; i++) {
            try (Connection connection = hikari.pool.getConnection()) {
                hole.consume(connection);
            }
        }
        bytes.end(FullPool.TAKES);
    }

    /** Borrows an object and returns it. */
    @Benchmark
    public void commonsPool2(Commons commons, CallerBytes bytes, Blackhole hole) throws Exception {
        bytes.begin();
        for (int i = 0; i < FullPool.TAKES; i++) {
            Object object = commons.pool.borrowObject();
            hole.consume(object);
            commons.pool.returnObject(object);
        }
        bytes.end(FullPool.TAKES);
    }

    /** Acquires an object and releases it, blocking as the others do. */
    @Benchmark
    public void reactorPool(Reactor reactor, CallerBytes bytes, Blackhole hole) {
        bytes.begin();
        for (int i = 0; i < FullPool.TAKES; i++) {
            PooledRef<Object> reference = reactor.pool.acquire().block();
            hole.consume(reference);
            if (reference != null) {
                reference.release().block();
            }
        }
        bytes.end(FullPool.TAKES);
    }

    /** A source of connections that do nothing. */
    private static final class NoData implements DataSource {

        @Override
        public Connection getConnection() {
            return (Connection) Proxy.newProxyInstance(
                    NoData.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                        Class<?> type = method.getReturnType();
                        return type == boolean.class
                                ? (Object) method.getName().equals("isValid")
                                : type == int.class ? (Object) 0 : null;
                    });
        }

        @Override
        public Connection getConnection(String user, String password) {
            return getConnection();
        }

        @Override
        public PrintWriter getLogWriter() {
            return new PrintWriter(System.err, true);
        }

        @Override
        public void setLogWriter(PrintWriter out) {}

        @Override
        public void setLoginTimeout(int seconds) {}

        @Override
        public int getLoginTimeout() {
            return 0;
        }

        @Override
        public Logger getParentLogger() {
            return Logger.getGlobal();
        }

        @Override
        public <T> T unwrap(Class<T> type) throws SQLException {
            throw new SQLException("nothing inside");
        }

        @Override
        public boolean isWrapperFor(Class<?> type) {
            return false;
        }
    }
}
