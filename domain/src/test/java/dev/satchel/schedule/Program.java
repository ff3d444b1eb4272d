package dev.satchel.schedule;

import dev.satchel.export.StaleExportException;
import dev.satchel.store.FileStore;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * One program at work, such as a worker: each of its calls to the database or the store is a point of the schedule.
 * Once it is killed, none of its calls has an effect.
 */
final class Program {

    /** What asks nothing of the database or the store. */
    private static final Set<String> WITHOUT_IO = Set.of("root", "address", "locate");

    private final Turns turns;
    private final Invariants invariants;
    private final Network network;
    private boolean killed;
    private boolean stopped;
    private final List<Runnable> recurring = new ArrayList<>();

    Program(Turns turns, Invariants invariants, Network network) {
        this.turns = turns;
        this.invariants = invariants;
        this.network = network;
    }

    void kill() {
        killed = true;
    }

    void stop() {
        stopped = true;
    }

    boolean isStopped() {
        return stopped;
    }

    /** What recurs while an attempt is under way: a heartbeat, and a look whether the export is still this worker's. */
    void beat() {
        List.copyOf(recurring).forEach(Runnable::run);
    }

    /** The port as this program sees it: each call is a point of the schedule. */
    <T> T connect(Class<T> port, Object target) {
        return proxy(port, (method, arguments) -> call(target, true, method, arguments));
    }

    /** The port as this program sees it, without points: for calls whose order says nothing. */
    <T> T connectQuietly(Class<T> port, Object target) {
        return proxy(port, (method, arguments) -> call(target, false, method, arguments));
    }

    /** Runs what recurs only when told {@link #beat}. */
    ScheduledExecutorService timer() {
        return proxy(ScheduledExecutorService.class, (method, arguments) -> {
            Runnable task = (Runnable) Objects.requireNonNull(arguments[0]);
            recurring.add(task);
            return proxy(ScheduledFuture.class, (cancel, nothing) -> recurring.remove(task));
        });
    }

    private @Nullable Object call(Object target, boolean point, Method method, @Nullable Object[] arguments)
            throws Throwable {
        String name = method.getName();
        if (WITHOUT_IO.contains(name)) {
            return invoke(target, method, arguments);
        }
        if (name.equals("requestLifetime")) {
            return network.requestLifetime();
        }
        reach(point, name);
        if (name.equals("open")) {
            FileStore store = (FileStore) target;
            URI location = store.locate((String) arguments[0]);
            return new Sending(location, (FileStore.Upload) invoke(target, method, arguments), point);
        }
        if (name.equals("complete") && network.loses()) {
            return complete(target, point, method, arguments);
        }
        return judged(target, method, arguments);
    }

    private @Nullable Object complete(Object target, boolean point, Method method, @Nullable Object[] arguments)
            throws Throwable {
        int outcome = turns.choose(4);
        if (outcome == 3) {
            network.delay(() -> executeLate(target, method, arguments));
            throw new NoAnswer();
        }
        Object result = judged(target, method, arguments);
        if (outcome == 2) {
            throw new NoAnswer();
        }
        if (outcome == 1) {
            // The answer was lost, and the client repeats the statement.
            reach(point, "complete again");
            return judged(target, method, arguments);
        }
        return result;
    }

    private void executeLate(Object target, Method method, @Nullable Object[] arguments) {
        try {
            judged(target, method, arguments);
        } catch (StaleExportException refused) {
            return;
        } catch (Throwable unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }

    private void reach(boolean point, String name) {
        if (point) {
            turns.point(name);
        }
        if (killed) {
            throw new Killed();
        }
    }

    private @Nullable Object judged(Object target, Method method, @Nullable Object[] arguments) throws Throwable {
        // A double with a defect may change the arguments.
        @Nullable Object[] asked = arguments.clone();
        invariants.before(method.getName(), asked);
        Object result = invoke(target, method, arguments);
        invariants.after(method.getName(), asked, result);
        return result;
    }

    private static @Nullable Object invoke(Object target, Method method, @Nullable Object[] arguments)
            throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getTargetException();
        }
    }

    private static <T> T proxy(Class<T> type, Calls calls) {
        return type.cast(Proxy.newProxyInstance(
                Program.class.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> calls.call(method, arguments == null ? new Object[0] : arguments)));
    }

    @FunctionalInterface
    private interface Calls {
        @Nullable
        Object call(Method method, @Nullable Object[] arguments) throws Throwable;
    }

    /** An upload whose last request may get no answer, or reach the store late. */
    private final class Sending implements FileStore.Upload {

        private final URI location;
        private final FileStore.Upload upload;
        private final boolean point;
        private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
        private boolean settled = true;

        Sending(URI location, FileStore.Upload upload, boolean point) {
            this.location = location;
            this.upload = upload;
            this.point = point;
        }

        @Override
        public OutputStream body() {
            return new FilterOutputStream(upload.body()) {
                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    reach(point, "write");
                    out.write(bytes, offset, length);
                    sent.write(bytes, offset, length);
                }
            };
        }

        @Override
        public void commit() throws IOException {
            reach(point, "commit");
            int outcome = point && network.loses() ? turns.choose(3) : 0;
            settled = outcome == 0;
            if (outcome == 2) {
                network.delay(location, sent.toByteArray());
                throw new IOException("the request is on its way");
            }
            upload.commit();
            if (outcome == 1) {
                throw new IOException("the answer is lost");
            }
        }

        @Override
        public void abort() {
            upload.abort();
        }

        @Override
        public boolean isSettled() {
            return settled;
        }

        @Override
        public void close() throws IOException {
            reach(point, "close");
            upload.close();
        }
    }

    /** Thrown by each call of a program that was killed; an error, because the code under test repeats exceptions. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        Killed() {
            super("killed", null, false, false);
        }
    }

    /** The database gave no answer; an error, because an exception would be repeated after a pause. */
    private static final class NoAnswer extends Error {
        private static final long serialVersionUID = 1L;

        NoAnswer() {
            super("no answer", null, false, false);
        }
    }
}
