package io.quicpool.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/** The rows of {@link PoolOptions}, in the order in which they are made. */
final class OptionRows {

    private final List<PoolOption<?>> rows = new ArrayList<>();

    /** The beginning of a row. */
    final class Row {

        private final Set<PoolKind> kinds;
        private final String key;

        private Row(Set<PoolKind> kinds, String key) {
            this.kinds = kinds;
            this.key = key;
        }

        /** Adds the row. */
        <T> PoolOption<T> values(ValueType<T> type) {
            PoolOption<T> option = new PoolOption<>(kinds, key, type);
            rows.add(option);
            return option;
        }
    }

    Row row(Set<PoolKind> kinds, String key) {
        return new Row(kinds, key);
    }

    List<PoolOption<?>> all() {
        return Collections.unmodifiableList(rows);
    }
}
