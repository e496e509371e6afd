package io.quicpool.jmx;

import java.lang.reflect.Method;
import java.util.Arrays;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.NotificationBroadcasterSupport;
import javax.management.StandardEmitterMBean;
import org.jspecify.annotations.Nullable;

/** An MXBean with the {@link Description}s of its interface as its descriptions. */
final class DescribedMBean extends StandardEmitterMBean {

    <T> DescribedMBean(T implementation, Class<T> mxBean, NotificationBroadcasterSupport notifications) {
        super(implementation, mxBean, true, notifications);
    }

    @Override
    protected @Nullable String getDescription(@Nullable MBeanInfo info) {
        Description description = getMBeanInterface().getAnnotation(Description.class);
        return description == null ? super.getDescription(info) : description.value();
    }

    @Override
    protected @Nullable String getDescription(@Nullable MBeanAttributeInfo info) {
        return info == null ? null : described((info.isIs() ? "is" : "get") + info.getName(), info);
    }

    @Override
    protected @Nullable String getDescription(@Nullable MBeanOperationInfo info) {
        return info == null ? null : described(info.getName(), info);
    }

    private String described(String method, MBeanFeatureInfo info) {
        return Arrays.stream(getMBeanInterface().getMethods())
                .filter(each -> each.getName().equals(method) && each.isAnnotationPresent(Description.class))
                .map(DescribedMBean::text)
                .findFirst()
                .orElse(info.getDescription());
    }

    private static String text(Method method) {
        return method.getAnnotation(Description.class).value();
    }

    // An operation either changes the pool or returns something.
    @Override
    protected int getImpact(@Nullable MBeanOperationInfo info) {
        return info == null || info.getReturnType().equals("void")
                ? MBeanOperationInfo.ACTION
                : MBeanOperationInfo.INFO;
    }
}
