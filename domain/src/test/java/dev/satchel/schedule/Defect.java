package dev.satchel.schedule;

import dev.satchel.export.Export;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.Exports;
import dev.satchel.export.InMemoryExportHistory;
import dev.satchel.export.StaleExportException;
import dev.satchel.store.UploadJournal;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A defence of the history that is switched off, so that a search can show that it would find the hole. */
enum Defect {

    /** Publishing accepts a worker whose lease another one has. */
    PUBLISHING_IGNORES_THE_TOKEN("a worker that had lost its lease published its file"),

    /** A heartbeat extends the lease of an export, whoever holds it. */
    HEARTBEAT_EXTENDS_A_LOST_LEASE("a heartbeat extended a lease that was lost"),

    /** Exports are reclaimed before their lease has ended. */
    RECLAIM_IGNORES_THE_LEASE("an export was reclaimed before its lease had ended"),

    /** Clean-up takes the object of a running attempt for a leftover. */
    CLEAN_UP_IGNORES_THE_LEASE(
            "a published object was removed before it expired",
            "an export was published whose object is not there as a whole",
            "an attempt failed although nothing was wrong"),

    /** An object comes on record only when it is published. */
    OBJECT_IS_ON_RECORD_TOO_LATE("orphaned");

    private final List<String> consequences;

    Defect(String... consequences) {
        this.consequences = List.of(consequences);
    }

    /** What a violation that comes of the defect says, one or the other. */
    List<String> consequences() {
        return consequences;
    }

    /** What the programs of a world use as their database: the history itself, or one with a defect. */
    static Object plant(@Nullable Defect defect, InMemoryExportHistory history) {
        return defect == null
                ? history
                : Proxy.newProxyInstance(
                        Defect.class.getClassLoader(),
                        new Class<?>[] {ExportHistory.class, UploadJournal.class},
                        new Planted(defect, history));
    }

    private static final class Planted implements InvocationHandler {

        private final Defect defect;
        private final InMemoryExportHistory history;
        private final Map<UUID, Export.Processing> claimed = new LinkedHashMap<>();
        private final List<URI> opened = new ArrayList<>();
        private final Map<URI, Export.Processing> unrecorded = new LinkedHashMap<>();

        Planted(Defect defect, InMemoryExportHistory history) {
            this.defect = defect;
            this.history = history;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, @Nullable Object[] arguments) throws Throwable {
            return switch (method.getName()) {
                case "claim" -> claim(method, arguments);
                case "complete" -> complete(method, arguments);
                case "heartbeat" -> heartbeat(method, arguments);
                case "reclaimExpired" -> reclaim(method, arguments);
                case "leftovers" -> leftovers(method, arguments);
                case "opened" -> opened(method, arguments);
                default -> call(method, arguments);
            };
        }

        private @Nullable Object call(Method method, @Nullable Object[] arguments) throws Throwable {
            try {
                return method.invoke(history, arguments);
            } catch (InvocationTargetException thrown) {
                throw thrown.getTargetException();
            }
        }

        private @Nullable Object claim(Method method, @Nullable Object[] arguments) throws Throwable {
            Object result = call(method, arguments);
            if (result instanceof Optional<?> optional && optional.orElse(null) instanceof Export.Processing export) {
                claimed.put(export.id(), export);
            }
            return result;
        }

        private @Nullable Object complete(Method method, @Nullable Object[] arguments) throws Throwable {
            unrecorded.forEach((location, export) -> history.opened(export, location));
            unrecorded.clear();
            if (defect == PUBLISHING_IGNORES_THE_TOKEN && arguments[0] instanceof Export.Processing export) {
                arguments[0] = claimed.get(export.id());
            }
            return call(method, arguments);
        }

        private @Nullable Object heartbeat(Method method, @Nullable Object[] arguments) throws Throwable {
            if (defect == HEARTBEAT_EXTENDS_A_LOST_LEASE && arguments[0] instanceof Export.Processing export) {
                arguments[0] = claimed.get(export.id());
            }
            return call(method, arguments);
        }

        private @Nullable Object reclaim(Method method, @Nullable Object[] arguments) throws Throwable {
            if (defect != RECLAIM_IGNORES_THE_LEASE) {
                return call(method, arguments);
            }
            List<ExportHistory.Reclaimed> reclaimed = new ArrayList<>();
            for (Export.Processing export : claimed.values()) {
                try {
                    history.retry(export, Exports.storeUnavailable(), Duration.ZERO);
                    reclaimed.add(new ExportHistory.Reclaimed(export.id(), false));
                } catch (StaleExportException ended) {
                    continue;
                }
            }
            return reclaimed;
        }

        private @Nullable Object leftovers(Method method, @Nullable Object[] arguments) throws Throwable {
            List<UploadJournal.Leftover> leftovers = new ArrayList<>();
            for (Object due : (List<?>) Objects.requireNonNull(call(method, arguments))) {
                leftovers.add((UploadJournal.Leftover) due);
            }
            if (defect == CLEAN_UP_IGNORES_THE_LEASE) {
                List<URI> published = history.published(DeliveryWorld.STORE, Integer.MAX_VALUE);
                Set<URI> remembered = history.remembered();
                opened.stream()
                        .filter(remembered::contains)
                        .filter(location -> !published.contains(location))
                        .map(location -> new UploadJournal.Leftover(
                                location, UUID.randomUUID(), UploadJournal.Reason.NEVER_PUBLISHED))
                        .forEach(leftovers::add);
            }
            return leftovers;
        }

        private @Nullable Object opened(Method method, @Nullable Object[] arguments) throws Throwable {
            Export.Processing export = (Export.Processing) Objects.requireNonNull(arguments[0]);
            URI location = (URI) Objects.requireNonNull(arguments[1]);
            opened.add(location);
            if (defect == OBJECT_IS_ON_RECORD_TOO_LATE) {
                unrecorded.put(location, export);
                return null;
            }
            return call(method, arguments);
        }
    }
}
