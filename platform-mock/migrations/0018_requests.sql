-- Whether sellers may ask seats of an event.
ALTER TABLE events ADD COLUMN requests_open INTEGER NOT NULL DEFAULT 0 CHECK (requests_open IN (0, 1));

-- Seats that sellers ask for. given: runs of indices in the plan, once both agreed. One at a time for each seller and event.
CREATE TABLE seat_requests (
    number INTEGER PRIMARY KEY,
    event  INTEGER NOT NULL REFERENCES events,
    seller INTEGER NOT NULL REFERENCES sellers,
    state  TEXT NOT NULL CHECK (state IN ('asked', 'offered', 'agreed', 'declined', 'withdrawn')),
    given  TEXT,
    CHECK ((state = 'agreed') = (given IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX seat_requests_open ON seat_requests (event, seller) WHERE state IN ('asked', 'offered');
CREATE INDEX seat_requests_by_seller ON seat_requests (seller, number);
CREATE TRIGGER seat_requests_are_kept BEFORE DELETE ON seat_requests BEGIN SELECT raise(ABORT, 'requests are kept'); END;
CREATE TRIGGER seat_requests_are_final BEFORE UPDATE ON seat_requests WHEN old.state NOT IN ('asked', 'offered')
    BEGIN SELECT raise(ABORT, 'a request ends once'); END;

-- What each side said, from turn 1. seats: how many of each class, JSON.
CREATE TABLE seat_request_turns (
    request INTEGER NOT NULL REFERENCES seat_requests,
    turn    INTEGER NOT NULL CHECK (turn > 0),
    party   TEXT NOT NULL CHECK (party IN ('seller', 'organizer')),
    seats   TEXT NOT NULL,
    note    TEXT NOT NULL,
    at      INTEGER NOT NULL,
    account INTEGER NOT NULL REFERENCES accounts,
    PRIMARY KEY (request, turn)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER seat_request_turns_are_kept BEFORE DELETE ON seat_request_turns BEGIN SELECT raise(ABORT, 'turns are append-only'); END;
CREATE TRIGGER seat_request_turns_are_final BEFORE UPDATE ON seat_request_turns BEGIN SELECT raise(ABORT, 'turns are append-only'); END;
