package dev.satchel.batchexport.archive;

import dev.satchel.store.FileStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Counts the calls of a process, and lets it die at one of them: before the call, or after it was executed and without its
 * answer. From then on no call is executed any more.
 */
final class MortalProcess {

    /** The process is dead. */
    static final class Killed extends Error {

        private static final long serialVersionUID = 1L;
    }

    /** What is done around a call. */
    interface Around {
        Object call(String method, Call call) throws Exception;
    }

    /** A call that is waiting. */
    interface Call {
        Object call() throws Exception;
    }

    private final int point;
    private final boolean after;
    private int calls;
    private boolean dead;

    /**
     * @param point at which call the process dies
     * @param after whether that call is executed
     */
    MortalProcess(int point, boolean after) {
        this.point = point;
        this.after = after;
    }

    private Object pass(Call call) throws Exception {
        if (dead) {
            throw new Killed();
        }
        calls++;
        dead = calls == point;
        if (dead && !after) {
            throw new Killed();
        }
        Object result = call.call();
        if (dead) {
            throw new Killed();
        }
        return result;
    }

    /** The port, and the uploads and streams that it opens, of this process. */
    <T> T around(Class<T> port, T real) {
        return around(port, real, (method, call) -> {
            Object result = pass(call);
            if (result instanceof FileStore.Upload upload) {
                return around(FileStore.Upload.class, upload);
            }
            return result;
        });
    }

    static <T> T around(Class<T> port, T real, Around around) {
        return port.cast(Proxy.newProxyInstance(
                port.getClassLoader(),
                new Class<?>[] {port},
                (proxy, method, arguments) -> around.call(method.getName(), () -> {
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException failed) {
                        if (failed.getCause() instanceof Exception exception) {
                            throw exception;
                        }
                        throw (Error) failed.getCause();
                    }
                })));
    }
}
