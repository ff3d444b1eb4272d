package dev.satchel.export;

import dev.satchel.UnknownUserException;
import dev.satchel.UserId;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import dev.satchel.store.InMemoryKnownStores;
import dev.satchel.store.KnownStore;
import dev.satchel.store.UploadJournal;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An export history in memory, whose clock stands still until it is told otherwise.
 *
 * <p>It passes the same contracts as the one in PostgreSQL. Safe for use by many threads.
 */
public final class InMemoryExportHistory implements ExportHistory, ExportCatalog, UploadJournal {

    private static final Duration LONGEST_ATTEMPT = Duration.ofDays(1);

    private static final Failure WORKER_LOST =
            new Failure(Failure.Code.WORKER_LOST, "the worker stopped answering, time after time");

    private static final Failure CANCELLED = new Failure(Failure.Code.CANCELLED, "the export was cancelled");

    private final Set<UserId> users = new LinkedHashSet<>();
    private final Map<UUID, Row> rows = new LinkedHashMap<>();
    private final Map<URI, OpenedFile> files = new LinkedHashMap<>();
    private final InMemoryKnownStores stores = new InMemoryKnownStores(this);
    private Instant now = Exports.NOON;
    private Instant lastHeartbeat = Exports.NOON;

    public synchronized UserId addUser() {
        UserId user = Requests.anyUser();
        users.add(user);
        return user;
    }

    public synchronized void addUser(UserId user) {
        users.add(user);
    }

    public synchronized void deleteUser(UserId user) {
        users.remove(user);
        rows.values().removeIf(row -> row.request.user().equals(user));
    }

    public synchronized void deleteExport(UUID id) {
        rows.remove(id);
    }

    public synchronized Instant now() {
        return now;
    }

    public synchronized void letPass(Duration time) {
        now = now.plus(time);
    }

    /** When a lease was extended last. */
    public synchronized Instant lastHeartbeat() {
        return lastHeartbeat;
    }

    /** The stores that the files are in. */
    public InMemoryKnownStores stores() {
        return stores;
    }

    /** Every object the journal remembers. */
    public synchronized Set<URI> remembered() {
        return Set.copyOf(files.keySet());
    }

    @Override
    public synchronized Requested request(ExportRequest request) {
        if (!users.contains(request.user())) {
            throw new UnknownUserException(request.user());
        }
        return underWay(request)
                .map(row -> new Requested(row.id, request.user(), false))
                .orElseGet(() -> new Requested(add(request), request.user(), true));
    }

    @Override
    public synchronized List<UUID> requestForAllUsers(ExportType type, ExportFormat format, ExportFilters filters) {
        ExportRequest forAnyone = new ExportRequest(Requests.anyUser(), type, format, filters);
        return users.stream()
                .map(user -> new ExportRequest(user, forAnyone.type(), forAnyone.format(), forAnyone.filters()))
                .filter(request -> underWay(request).isEmpty())
                .filter(request -> active(request.user()).size() < MOST_ACTIVE)
                .map(this::add)
                .toList();
    }

    private Optional<Row> underWay(ExportRequest request) {
        return rows.values().stream()
                .filter(row -> row.isActive() && row.request.equals(request))
                .findFirst();
    }

    private List<Row> active(UserId user) {
        return rows.values().stream()
                .filter(row -> row.isActive() && row.request.user().equals(user))
                .toList();
    }

    private UUID add(ExportRequest request) {
        List<Row> others = active(request.user());
        if (others.size() >= MOST_ACTIVE) {
            throw new TooManyExportsException("user " + request.user() + " would have " + (others.size() + 1)
                    + " exports under way, and at most " + MOST_ACTIVE + " are allowed");
        }
        long current = rows.values().stream()
                .filter(Row::isActive)
                .mapToLong(row -> row.round)
                .min()
                .orElse(0);
        long next = others.stream().mapToLong(row -> row.round + 1).max().orElse(0);
        Row row = new Row(UUID.randomUUID(), request, now, Math.max(current, next));
        rows.put(row.id, row);
        return row.id;
    }

    @Override
    public synchronized Optional<Export.Processing> claim(String worker, Duration lease) {
        return rows.values().stream()
                .filter(row -> row.status.equals("pending") && !row.runAfter.isAfter(now))
                .min(Comparator.comparing((Row row) -> row.round).thenComparing(row -> row.requestedAt))
                .map(row -> claim(row, lease));
    }

    private Export.Processing claim(Row row, Duration lease) {
        UUID token = UUID.randomUUID();
        row.moveTo("processing", now);
        row.attempts++;
        row.token = token;
        row.leaseEnds = now.plus(lease);
        row.heardOf = now;
        row.startedAt = now;
        row.error = null;
        return new Export.Processing(row.id, row.request, row.requestedAt, now, row.attempts, token);
    }

    @Override
    public synchronized Backlog backlog(Duration silence) {
        Map<String, Long> pending =
                pending().collect(Collectors.groupingBy(Row::errorCode, TreeMap::new, Collectors.counting()));
        Optional<Duration> untilNextDue = pending()
                .filter(row -> !row.runAfter.isAfter(now) || !row.waitsForTheOperator())
                .map(row -> row.runAfter.isAfter(now) ? Duration.between(now, row.runAfter) : Duration.ZERO)
                .min(Comparator.naturalOrder());
        long processing = rows.values().stream()
                .filter(row -> row.status.equals("processing"))
                .count();
        long silent = rows.values().stream()
                .filter(row -> row.status.equals("processing") && !row.heardOf.isAfter(now.minus(silence)))
                .count();
        return new Backlog(untilNextDue, pending, processing - silent, silent);
    }

    private Stream<Row> pending() {
        return rows.values().stream().filter(row -> row.status.equals("pending"));
    }

    @Override
    public synchronized void heartbeat(Export.Processing export, Duration lease) {
        Row row = held(export);
        row.leaseEnds = now.plus(lease);
        row.heardOf = now;
        lastHeartbeat = now;
    }

    @Override
    public synchronized List<Lost> lost(List<Export.Processing> exports) {
        return exports.stream()
                .filter(export -> !isHeld(export))
                .map(export -> new Lost(
                        export,
                        Optional.ofNullable(rows.get(export.id()))
                                .filter(row -> row.cancelledAt != null)
                                .isPresent()))
                .toList();
    }

    @Override
    public synchronized Optional<Cancellation> cancel(UUID id) {
        return Optional.ofNullable(rows.get(id)).map(row -> {
            if (row.isActive()) {
                row.end("failed", now);
                row.error = CANCELLED.message();
                row.cancelledAt = now;
                return Cancellation.CANCELLED;
            }
            if (row.cancelledAt != null) {
                return Cancellation.CANCELLED_BEFORE;
            }
            return row.status.equals("completed") ? Cancellation.COMPLETED : Cancellation.FAILED;
        });
    }

    @Override
    public synchronized Export.Completed complete(Export.Processing export, DeliveredFile file, Duration retention) {
        Row published = rows.get(export.id());
        if (published != null && published.pointsTo(file.location())) {
            return new Export.Completed(
                    export.id(), export.request(), file, published.completedAt, published.expiresAt);
        }
        Row row = held(export);
        row.end("completed", now);
        row.file = file;
        row.location = file.location();
        row.completedAt = now;
        row.expiresAt = now.plus(retention);
        files.computeIfAbsent(file.location(), location -> new OpenedFile(row.id, export.token(), now)).publishedAt =
                now;
        return new Export.Completed(row.id, row.request, file, row.completedAt, row.expiresAt);
    }

    @Override
    public synchronized Export.Pending retry(Export.Processing export, Failure failure, Duration delay) {
        Row row = held(export);
        row.end("pending", now);
        row.error = failure.message();
        row.runAfter = now.plus(delay);
        row.startedAt = null;
        return new Export.Pending(row.id, row.request, row.requestedAt, row.attempts);
    }

    @Override
    public synchronized Export.Pending postpone(Export.Processing export, Failure failure, Duration delay) {
        Row row = held(export);
        row.end("pending", now);
        row.attempts--;
        row.error = failure.message();
        row.runAfter = now.plus(delay);
        row.startedAt = null;
        return new Export.Pending(row.id, row.request, row.requestedAt, row.attempts);
    }

    @Override
    public synchronized void resume() {
        pending().filter(Row::waitsForTheOperator).forEach(row -> row.runAfter = now);
    }

    @Override
    public synchronized Export.Pending release(Export.Processing export) {
        Row row = held(export);
        row.end("pending", now);
        row.attempts--;
        row.startedAt = null;
        return new Export.Pending(row.id, row.request, row.requestedAt, row.attempts);
    }

    @Override
    public synchronized Export.Failed fail(Export.Processing export, Failure failure) {
        Row row = held(export);
        row.end("failed", now);
        row.error = failure.message();
        return new Export.Failed(row.id, row.request, failure, row.attempts);
    }

    private Row held(Export.Processing export) {
        if (!isHeld(export)) {
            throw new StaleExportException(export.id());
        }
        return rows.get(export.id());
    }

    private boolean isHeld(Export.Processing export) {
        Row row = rows.get(export.id());
        return row != null && export.token().equals(row.token);
    }

    @Override
    public synchronized List<Reclaimed> reclaimExpired(int attempts) {
        List<Reclaimed> reclaimed = new ArrayList<>();
        for (Row row : rows.values()) {
            if (row.status.equals("processing") && !row.leaseEnds.isAfter(now)) {
                boolean spent = row.attempts >= attempts;
                row.end(spent ? "failed" : "pending", now);
                row.error = WORKER_LOST.message();
                row.startedAt = spent ? row.startedAt : null;
                if (!spent && row.attempts > 1) {
                    long seconds = Math.min(15 * 60, 10L << Math.min(row.attempts - 2, 10));
                    row.runAfter = now.plusSeconds(seconds);
                }
                reclaimed.add(new Reclaimed(row.id, spent));
            }
        }
        return reclaimed;
    }

    @Override
    public synchronized Optional<Requested> requestAgain(UUID failed) {
        return Optional.ofNullable(rows.get(failed))
                .filter(row -> row.status.equals("failed"))
                .map(row -> request(row.request));
    }

    @Override
    public synchronized RequestedAgain requestAgain(Failure.Code code) {
        List<UUID> added = new ArrayList<>();
        List<UUID> tooMany = new ArrayList<>();
        for (Row row : List.copyOf(rows.values())) {
            if (!row.status.equals("failed")
                    || !row.errorCode().equals(code.code())
                    || underWay(row.request).isPresent()
                    || rows.values().stream()
                            .anyMatch(other ->
                                    other.request.equals(row.request) && other.requestedAt.isAfter(row.requestedAt))) {
                continue;
            }
            if (active(row.request.user()).size() < MOST_ACTIVE) {
                added.add(add(row.request));
            } else {
                tooMany.add(row.id);
            }
        }
        return new RequestedAgain(added, tooMany, List.of());
    }

    @Override
    public synchronized Optional<Entry> find(UUID id) {
        return Optional.ofNullable(rows.get(id)).map(Row::entry);
    }

    @Override
    public synchronized List<Entry> newest(@Nullable UserId user, @Nullable String status, int limit) {
        Predicate<Row> asked = row ->
                (user == null || row.request.user().equals(user)) && (status == null || row.status.equals(status));
        return rows.values().stream()
                .filter(asked)
                .sorted(Comparator.comparing((Row row) -> row.requestedAt).reversed())
                .limit(limit)
                .map(Row::entry)
                .toList();
    }

    @Override
    public List<Entry> newestActive(String status, int limit) {
        return newest(null, status, limit);
    }

    @Override
    public synchronized List<Entry> newestFailed(Duration age, int limit) {
        return newest(null, "failed", rows.size()).stream()
                .filter(entry -> entry.requestedAt().isAfter(now.minus(age)))
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized Optional<Downloadable> downloadable(UUID id) {
        return Optional.ofNullable(rows.get(id))
                .filter(row -> row.location != null && row.expiresAt.isAfter(now))
                .map(row -> new Downloadable(
                        row.id, row.request.user(), row.location, Duration.between(now, row.expiresAt)));
    }

    @Override
    public synchronized Lag lag(Duration grace) {
        List<Row> pending = rows.values().stream()
                .filter(row -> row.status.equals("pending"))
                .toList();
        List<Row> overdue = rows.values().stream()
                .filter(row -> row.location != null && !row.expiresAt.isAfter(now))
                .toList();
        long stuck = rows.values().stream()
                .filter(row -> row.status.equals("processing") && row.leaseEnds != null)
                .filter(row -> !row.leaseEnds.plus(grace).isAfter(now))
                .count();
        return new Lag(
                pending.size(),
                age(pending.stream().map(row -> row.requestedAt)),
                stuck,
                overdue.size(),
                age(overdue.stream().map(row -> row.expiresAt)),
                pending.stream()
                        .filter(row -> row.error != null)
                        .collect(
                                Collectors.groupingBy(row -> Failure.Code.of(row.errorCode()), Collectors.counting())));
    }

    private Duration age(Stream<Instant> times) {
        return times.min(Comparator.naturalOrder())
                .map(oldest -> Duration.between(oldest, now))
                .orElse(Duration.ZERO);
    }

    @Override
    public synchronized void opened(Export.Processing export, URI location) {
        OpenedFile file = new OpenedFile(export.id(), export.token(), now);
        file.store = stores.holding(location);
        if (files.putIfAbsent(location, file) != null) {
            throw new IllegalStateException("opened twice: " + location);
        }
    }

    @Override
    public synchronized void unanswered(URI location) {
        files.get(location).unansweredAt = now;
    }

    @Override
    public synchronized List<Leftover> leftovers(URI root, Duration grace, int limit) {
        List<Leftover> leftovers = new ArrayList<>();
        files.forEach((location, file) -> {
            if (isIn(root, location, file)) {
                reason(location, file, grace)
                        .ifPresent(reason -> leftovers.add(new Leftover(location, file.exportId, reason)));
            }
        });
        return leftovers.stream().limit(limit).toList();
    }

    @Override
    public List<Unreadable> unreadable(int limit) {
        return List.of();
    }

    @Override
    public synchronized List<Elsewhere> elsewhere(URI root, Duration grace) {
        Map<String, Long> counts = new TreeMap<>();
        files.forEach((location, file) -> {
            if (!isIn(root, location, file) && reason(location, file, grace).isPresent()) {
                counts.merge(rootOf(location, file).toString(), 1L, Long::sum);
            }
        });
        return counts.entrySet().stream()
                .map(count -> new Elsewhere(count.getKey(), count.getValue()))
                .toList();
    }

    @Override
    public synchronized List<URI> published(URI root, int limit) {
        return files.entrySet().stream()
                .filter(file -> file.getValue().publishedAt != null && isIn(root, file.getKey(), file.getValue()))
                .sorted(Comparator.comparing((Map.Entry<URI, OpenedFile> file) -> file.getValue().publishedAt)
                        .reversed())
                .map(Map.Entry::getKey)
                .limit(limit)
                .toList();
    }

    private boolean isIn(URI root, URI location, OpenedFile file) {
        return file.store.isPresent()
                ? file.store.equals(stores.find(root).map(KnownStore::id))
                : location.toString().startsWith(root.toString());
    }

    private URI rootOf(URI location, OpenedFile file) {
        return file.store
                .map(stores::rootOf)
                .orElseGet(() -> URI.create(location.toString().replaceFirst("[^/]*/[^/]*$", "")));
    }

    public synchronized void recordStore(URI root, UUID store) {
        files.forEach((location, file) -> {
            if (file.store.isEmpty() && location.toString().startsWith(root.toString())) {
                file.store = Optional.of(store);
            }
        });
    }

    public synchronized Set<URI> rootsWithoutStore() {
        return files.entrySet().stream()
                .filter(file -> file.getValue().store.isEmpty())
                .map(file -> rootOf(file.getKey(), file.getValue()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    public synchronized long countIn(Optional<UUID> store, URI root) {
        return locationsIn(store, root).size();
    }

    public synchronized long forgetIn(Optional<UUID> store, URI root) {
        List<URI> forgotten = locationsIn(store, root);
        forgotten.forEach(this::deleted);
        return forgotten.size();
    }

    private List<URI> locationsIn(Optional<UUID> store, URI root) {
        return files.entrySet().stream()
                .filter(file -> file.getValue().store.equals(store))
                .filter(file -> store.isPresent()
                        || rootOf(file.getKey(), file.getValue()).equals(root))
                .map(Map.Entry::getKey)
                .toList();
    }

    private Optional<Reason> reason(URI location, OpenedFile file, Duration grace) {
        Instant before = now.minus(grace);
        Row row = rows.get(file.exportId);
        if (row == null) {
            boolean due = file.publishedAt != null || !file.openedAt.isAfter(before);
            return due ? Optional.of(Reason.ROW_DELETED) : Optional.empty();
        }
        if (row.pointsTo(location)) {
            return row.expiresAt.isAfter(now) ? Optional.empty() : Optional.of(Reason.EXPIRED);
        }
        // The row has been updated whenever one of its attempts ended.
        boolean due = !file.openedAt.isAfter(before) && !row.updatedAt.isAfter(before);
        return due && !file.token.equals(row.token) ? Optional.of(Reason.NEVER_PUBLISHED) : Optional.empty();
    }

    @Override
    public synchronized void deleted(URI location) {
        removed(location, true);
    }

    @Override
    public synchronized boolean isSettled(URI location, Duration requestLifetime) {
        OpenedFile file = files.get(location);
        return file == null || requestLifetime.isZero() || isSettled(file, requestLifetime);
    }

    @Override
    public synchronized void removed(URI location, boolean settled) {
        OpenedFile file = files.get(location);
        if (file == null) {
            return;
        }
        if (settled) {
            files.remove(location);
        }
        Row row = rows.get(file.exportId);
        if (row != null && row.pointsTo(location)) {
            row.location = null;
            row.expiredAt = now;
            row.updatedAt = now;
        }
    }

    private boolean isSettled(OpenedFile file, Duration requestLifetime) {
        Instant before = now.minus(requestLifetime);
        if (file.publishedAt != null) {
            return file.unansweredAt == null || !file.unansweredAt.isAfter(before);
        }
        Row row = rows.get(file.exportId);
        // Nothing says when the row was deleted, and its attempt may have gone on until then.
        return row == null
                ? !file.openedAt.isAfter(before.minus(LONGEST_ATTEMPT))
                : !file.openedAt.isAfter(before) && !row.updatedAt.isAfter(before);
    }

    private static final class OpenedFile {

        private final UUID exportId;
        private final UUID token;
        private final Instant openedAt;
        private Optional<UUID> store = Optional.empty();
        private @Nullable Instant publishedAt;
        private @Nullable Instant unansweredAt;

        OpenedFile(UUID exportId, UUID token, Instant openedAt) {
            this.exportId = exportId;
            this.token = token;
            this.openedAt = openedAt;
        }
    }

    private static final class Row {

        private final UUID id;
        private final ExportRequest request;
        private final Instant requestedAt;
        private final long round;
        private String status = "pending";
        private int attempts;
        private Instant runAfter;
        private Instant updatedAt;
        private @Nullable UUID token;
        private @Nullable Instant leaseEnds;
        private Instant heardOf;
        private @Nullable String error;
        private @Nullable DeliveredFile file;
        private @Nullable URI location;
        private @Nullable Instant startedAt;
        private @Nullable Instant completedAt;
        private @Nullable Instant expiresAt;
        private @Nullable Instant expiredAt;
        private @Nullable Instant cancelledAt;

        Row(UUID id, ExportRequest request, Instant requestedAt, long round) {
            this.id = id;
            this.request = request;
            this.requestedAt = requestedAt;
            this.round = round;
            this.runAfter = requestedAt;
            this.heardOf = requestedAt;
            this.updatedAt = requestedAt;
        }

        boolean isActive() {
            return status.equals("pending") || status.equals("processing");
        }

        String errorCode() {
            return error == null ? "" : error.replaceFirst(":.*", "");
        }

        boolean waitsForTheOperator() {
            return error != null && Failure.Code.of(errorCode()).verdict() == Failure.Verdict.OPERATOR;
        }

        boolean pointsTo(URI candidate) {
            return candidate.equals(location);
        }

        void moveTo(String next, Instant now) {
            status = next;
            updatedAt = now;
        }

        void end(String next, Instant now) {
            moveTo(next, now);
            token = null;
            leaseEnds = null;
        }

        Entry entry() {
            return new Entry(
                    id,
                    request.user(),
                    request.type().name(),
                    request.format().code(),
                    status,
                    file == null ? 0 : file.recordCount(),
                    file == null ? null : file.bytes(),
                    location,
                    json(request.filters().texts()),
                    manifest(),
                    error,
                    Math.max(attempts - 1, 0),
                    requestedAt,
                    startedAt,
                    completedAt,
                    expiresAt);
        }

        private String manifest() {
            Map<String, String> texts = new TreeMap<>();
            if (file != null) {
                texts.put("sha256", file.sha256());
            }
            if (expiredAt != null) {
                texts.put("expired_at", expiredAt.toString());
            }
            return json(texts);
        }

        private static String json(Map<String, String> texts) {
            return texts.entrySet().stream()
                    .map(text -> "\"" + text.getKey() + "\": \"" + text.getValue() + "\"")
                    .collect(Collectors.joining(", ", "{", "}"));
        }
    }
}
