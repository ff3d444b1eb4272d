package dev.satchel.schedule;

import static dev.satchel.schedule.DeliveryWorld.GRACE;
import static dev.satchel.schedule.DeliveryWorld.LEASE;
import static dev.satchel.schedule.DeliveryWorld.RETENTION;

import java.util.function.UnaryOperator;

/** Who acts in a world, and how often. */
enum Scenario {

    /** Two workers, and a lease that may end at any point: claim, heartbeat, expiry, reclaim, fence, publish. */
    LEASE_ENDS(world -> world.exports(1).worker(1).heartbeats(2).worker(2).clock(LEASE)),

    /** A worker is killed at any point, another takes over, and clean-up runs beside it. */
    WORKER_KILLED(world -> world.exports(1)
            .worker(2)
            .heartbeats(1)
            .killed()
            .worker(1)
            .clock(LEASE, GRACE)
            .cleanUp(1)),

    /** Two clean-ups, one of which is killed, beside two workers, while the lease, the grace and the retention end. */
    TWO_CLEAN_UPS(world -> world.exports(1)
            .worker(1)
            .worker(1)
            .clock(LEASE, GRACE, RETENTION)
            .cleanUp(2)
            .cleanUp(1)
            .killed()),

    /** The owner deletes the row and requests the export again, in any order and at any point. */
    OWNER_INTERFERES(world -> world.exports(1)
            .worker(2)
            .worker(1)
            .ownerDeletes()
            .ownerRequestsAgain()
            .clock(LEASE, GRACE)
            .cleanUp(1)),

    /** The owner cancels the export and requests it again, in any order and at any point. */
    OWNER_CANCELS(world -> world.exports(1)
            .worker(2)
            .heartbeats(1)
            .worker(1)
            .ownerCancels()
            .ownerRequestsAgain()
            .clock(LEASE, GRACE)
            .cleanUp(1)),

    /** A worker is told to stop and gives its export back. */
    WORKER_STOPPED(world ->
            world.exports(2).worker(2).heartbeats(1).stopped().worker(2).clock(LEASE)),

    /** Answers of the commit and of the publication are lost, or the requests arrive when all was over. */
    ANSWERS_LOST(world -> world.exports(1)
            .badNetwork()
            .worker(2)
            .worker(1)
            .clock(LEASE, GRACE)
            .clockBetweenAttempts(RETENTION)
            .cleanUp(1)),

    /** Two workers use a store for the first time, and clean-up looks at it. */
    NEW_STORE(world -> world.exports(2).newStore().worker(1).worker(1).clock(LEASE)),

    /** Three workers share two exports, one of them is killed, and everything may end at any point. */
    THREE_WORKERS(world -> world.exports(2)
            .badNetwork()
            .worker(2)
            .heartbeats(1)
            .worker(2)
            .killed()
            .worker(2)
            .ownerDeletes()
            .ownerRequestsAgain()
            .clock(LEASE, GRACE, LEASE)
            .clockBetweenAttempts(RETENTION)
            .cleanUp(2)
            .cleanUp(1));

    private final UnaryOperator<DeliveryWorld> cast;

    Scenario(UnaryOperator<DeliveryWorld> cast) {
        this.cast = cast;
    }

    DeliveryWorld cast(DeliveryWorld world) {
        return cast.apply(world);
    }
}
