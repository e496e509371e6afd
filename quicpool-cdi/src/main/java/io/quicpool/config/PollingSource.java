package io.quicpool.config;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Asks for the targets of each pool again and again, on a thread of its own: a look-up may block for long. */
final class PollingSource implements TargetSource {

    /** Asks once, and tells the answer. Blocks. */
    @FunctionalInterface
    interface Question {
        void ask(Listener listener) throws Exception;
    }

    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);

    private final Duration interval;
    // For each pool: a question may remember answers.
    private final Function<String, Question> questions;

    PollingSource(Duration interval, Function<String, Question> questions) {
        if (interval.isZero() || interval.isNegative()) {
            throw new IllegalArgumentException("the interval must be positive: " + interval);
        }
        this.interval = interval;
        this.questions = questions;
    }

    @Override
    public Subscription open(Listener listener) {
        return new Polling(listener, questions.apply(listener.pool()));
    }

    private final class Polling implements Subscription {

        private final Listener listener;
        private final Question question;
        private final ScheduledThreadPoolExecutor thread;
        // Used by the thread only.
        private Duration retry = FIRST_RETRY;

        Polling(Listener listener, Question question) {
            this.listener = listener;
            this.question = question;
            thread = new ScheduledThreadPoolExecutor(
                    1,
                    task -> {
                        Thread made = new Thread(task, "quicpool-" + listener.pool() + "-targets");
                        made.setDaemon(true);
                        return made;
                    },
                    new ThreadPoolExecutor.DiscardPolicy());
            thread.execute(this::ask);
        }

        // Errors too: a source that has ended would leave the pool with old targets for ever.
        private void ask() {
            Duration pause = interval;
            try {
                question.ask(listener);
                retry = FIRST_RETRY;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception | Error e) {
                pause = retry.compareTo(interval) < 0 ? retry : interval;
                retry = pause.multipliedBy(2);
                if (!thread.isShutdown()) {
                    listener.failed(e);
                }
            }
            var unused = thread.schedule(this::ask, pause.toNanos(), TimeUnit.NANOSECONDS);
        }

        // Some look-ups cannot be interrupted. Their thread ends when the call returns.
        @Override
        public void close() {
            thread.shutdownNow();
        }
    }
}
