package io.quicpool.core;

import io.quicpool.core.report.Metrics;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An error of a member of a group. */
record MemberFailure(String member, Metrics.Failure failure) {

    /** The error that the group reports: one of an outage first, else the latest. Null when there is none. */
    static @Nullable MemberFailure last(List<CoreClientPool> members) {
        MemberFailure last = null;
        for (CoreClientPool member : members) {
            Metrics.Failure failure = member.metrics.lastFailure();
            if (failure != null && (last == null || failure.compareTo(last.failure) > 0)) {
                last = new MemberFailure(member.name(), failure);
            }
        }
        return last;
    }

    /** The text of {@link #last} for people. */
    static @Nullable String text(List<CoreClientPool> members) {
        MemberFailure last = last(members);
        return last == null ? null : last.member + ": " + last.failure.text();
    }
}
