package io.quicpool.cdi;

import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.build.compatible.spi.Parameters;
import jakarta.enterprise.inject.build.compatible.spi.SyntheticBeanCreator;
import java.util.Arrays;

/** Makes the bean that {@link QuicPoolExtension} adds. Public for containers. */
public final class RequiredPoolsCreator implements SyntheticBeanCreator<RequiredPools> {

    static final String POINTS = "points";

    /** For the container. */
    public RequiredPoolsCreator() {}

    @Override
    public RequiredPools create(Instance<Object> lookup, Parameters parameters) {
        String[] points = parameters.get(POINTS, String[].class);
        return new RequiredPools(
                Arrays.stream(points).map(RequiredPools.Point::parse).toList());
    }
}
