package dev.satchel.migrations;

/**
 * Runs tasks of tests that wait for each other. {@link java.util.concurrent.CompletableFuture} runs a task in the common pool
 * where it is given no executor, and on two processors that pool has one thread: before Java 25 it was left alone then, and
 * since then a second task waits for the first one.
 */
public final class OwnThread {

    private OwnThread() {}

    /** Starts the task on a thread of its own; an {@link java.util.concurrent.Executor}. */
    public static void start(Runnable task) {
        Thread thread = new Thread(task, "task of a test");
        thread.setDaemon(true);
        thread.start();
    }
}
