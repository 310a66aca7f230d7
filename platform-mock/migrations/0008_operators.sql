-- Which life of the platform this is (R15). incarnation rises when a backup is restored; tickets issued anew get epochs above epoch_base;
-- began: when it was restored, UTC microseconds, 0 in the first life.
CREATE TABLE platform_life (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    incarnation INTEGER NOT NULL,
    epoch_base  INTEGER NOT NULL CHECK (epoch_base BETWEEN 0 AND 65535),
    began       INTEGER NOT NULL
) STRICT;
INSERT INTO platform_life (one, incarnation, epoch_base, began) VALUES (1, 1, 0, 0);

-- resend_due: the platform was restored and this terminal has not sent its rows again. written_off: since when it counts as gone for good.
-- local_keys: whether it may have the keys for working without network.
ALTER TABLE terminals ADD COLUMN resend_due INTEGER NOT NULL DEFAULT 0;
ALTER TABLE terminals ADD COLUMN resent INTEGER;
ALTER TABLE terminals ADD COLUMN written_off INTEGER;
ALTER TABLE terminals ADD COLUMN written_off_reason TEXT;
ALTER TABLE terminals ADD COLUMN local_keys INTEGER NOT NULL DEFAULT 0;
CREATE INDEX terminals_that_owe ON terminals (resend_due) WHERE resend_due = 1;

-- People who run the platform. password: an argon2id hash in PHC form.
CREATE TABLE operators (
    operator INTEGER PRIMARY KEY,
    number   TEXT NOT NULL UNIQUE,
    name     TEXT NOT NULL,
    password TEXT NOT NULL
) STRICT;

CREATE TABLE operator_sessions (
    token    BLOB PRIMARY KEY,
    operator INTEGER NOT NULL REFERENCES operators,
    expires  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What operators did with terminals, and keys that left the platform.
CREATE TABLE terminal_log (
    entry    INTEGER PRIMARY KEY,
    terminal INTEGER NOT NULL REFERENCES terminals,
    operator INTEGER REFERENCES operators,
    what     TEXT NOT NULL,
    note     TEXT,
    at       INTEGER NOT NULL
) STRICT;
CREATE INDEX terminal_log_by_terminal ON terminal_log (terminal, entry);

-- What the operator's pages ask for.
CREATE INDEX unproved_reports ON reports (received) WHERE proved IS NOT 1;
CREATE INDEX reports_by_time ON reports (terminal, received);
