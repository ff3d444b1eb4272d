package dev.satchel.judge;

import java.time.Instant;

/** Something that was seen from outside of the system under test. */
public sealed interface Event {

    /** When it happened, by a clock that all witnesses share. */
    Instant at();

    /** Calls the listener's method for this kind of event. */
    void tell(Listener listener);

    /** Hears of each kind of event. */
    interface Listener {

        /** Hears that a user asked for an export. */
        void on(Asked asked);

        /** Hears that a worker took up an export. */
        void on(Claimed claimed);

        /** Hears that an object was written. */
        void on(Visible visible);

        /** Hears that the system said that an export is done. */
        void on(Published published);

        /** Hears that the system gave an export up. */
        void on(GivenUp givenUp);

        /** Hears that an object disappeared. */
        void on(Deleted deleted);
    }

    /** A user asked for an export, whose file must hold exactly that content. */
    record Asked(Instant at, String export, Content content) implements Event {

        @Override
        public void tell(Listener listener) {
            listener.on(this);
        }
    }

    /** A worker took up an export, for the first time or again. */
    record Claimed(Instant at, String export, String worker) implements Event {

        @Override
        public void tell(Listener listener) {
            listener.on(this);
        }
    }

    /** An object was written: a new one, or another version under the same name. */
    record Visible(Instant at, String object, Content content) implements Event {

        @Override
        public void tell(Listener listener) {
            listener.on(this);
        }
    }

    /** The system told its users that the export is done and that the object is its file. */
    record Published(Instant at, String export, String object, String worker) implements Event {

        @Override
        public void tell(Listener listener) {
            listener.on(this);
        }
    }

    /** The system told its users that the export failed for good, or forgot it. */
    record GivenUp(Instant at, String export) implements Event {

        @Override
        public void tell(Listener listener) {
            listener.on(this);
        }
    }

    /** An object disappeared. */
    record Deleted(Instant at, String object) implements Event {

        @Override
        public void tell(Listener listener) {
            listener.on(this);
        }
    }
}
