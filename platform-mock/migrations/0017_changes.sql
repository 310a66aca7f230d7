-- revision: goes up with every change, so that nodes know what they remember is old. cancelled: when, UTC microseconds. refunds_until: of a
-- cancelled event, how long tickets are taken back without a fee.
ALTER TABLE events ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE events ADD COLUMN cancelled INTEGER;
ALTER TABLE events ADD COLUMN refunds_until INTEGER;

-- What was changed about an event, and that it was cancelled. was, became: JSON.
CREATE TABLE event_changes (
    change  INTEGER PRIMARY KEY,
    event   INTEGER NOT NULL REFERENCES events,
    kind    TEXT NOT NULL CHECK (kind IN ('changed', 'cancelled')),
    at      INTEGER NOT NULL,
    account INTEGER NOT NULL REFERENCES accounts,
    note    TEXT NOT NULL,
    was     TEXT NOT NULL,
    became  TEXT NOT NULL
) STRICT;
CREATE INDEX event_changes_by_event ON event_changes (event, change);
CREATE TRIGGER event_changes_are_kept BEFORE DELETE ON event_changes BEGIN SELECT raise(ABORT, 'changes are append-only'); END;
CREATE TRIGGER event_changes_are_final BEFORE UPDATE ON event_changes BEGIN SELECT raise(ABORT, 'changes are append-only'); END;
