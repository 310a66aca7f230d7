-- People who log in: one kind of account and session for all of them, wrong tries counted for all nodes, and who did what.
--
-- Children of `clerks` and `operators` are set aside and dropped before them, so that dropping those looks for none.
PRAGMA defer_foreign_keys = ON;
CREATE TEMP TABLE old_payments AS SELECT * FROM payments;
CREATE TEMP TABLE old_terminal_log AS SELECT * FROM terminal_log;
DROP TABLE payments;
DROP TABLE terminal_log;

-- number: what somebody logs in with; a clerk's is one of the store. secret: an argon2id hash in PHC form. disabled: since when.
-- Who is bound to a store, organizer, seller or venue sees and does what is theirs; a member what is on the cards in account_cards.
-- former: the operator's number in rows of the journal that are older than this schema. Clerks kept theirs.
CREATE TABLE accounts (
    account   INTEGER PRIMARY KEY,
    role      TEXT NOT NULL CHECK (role IN ('operator', 'organizer', 'seller', 'clerk', 'venue', 'member')),
    number    TEXT NOT NULL,
    name      TEXT NOT NULL,
    secret    TEXT NOT NULL,
    store     INTEGER REFERENCES stores,
    organizer INTEGER REFERENCES organizers,
    seller    INTEGER REFERENCES sellers,
    venue     INTEGER REFERENCES venues,
    made      INTEGER NOT NULL,
    disabled  INTEGER,
    former    INTEGER,
    CHECK ((role = 'clerk') = (store IS NOT NULL)),
    CHECK ((role = 'organizer') = (organizer IS NOT NULL)),
    CHECK ((role = 'seller') = (seller IS NOT NULL)),
    CHECK ((role = 'venue') = (venue IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX accounts_by_number ON accounts (number) WHERE store IS NULL;
CREATE UNIQUE INDEX clerks_by_number ON accounts (store, number) WHERE store IS NOT NULL;

INSERT INTO accounts (account, role, number, name, secret, store, made)
    SELECT clerk, 'clerk', number, name, pin, store, 0 FROM clerks;
INSERT INTO accounts (account, role, number, name, secret, made, former)
    SELECT operator + (SELECT coalesce(max(clerk), 0) FROM clerks), 'operator', number, name, password, 0, operator FROM operators;

-- A card is one member's at most.
CREATE TABLE account_cards (
    card    TEXT PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts
) STRICT, WITHOUT ROWID;
CREATE INDEX cards_by_account ON account_cards (account);

-- token: SHA-256 of the bearer token. terminal: where a clerk logged in. seen: when it was used, to the minute.
CREATE TABLE sessions (
    token    BLOB PRIMARY KEY,
    account  INTEGER NOT NULL REFERENCES accounts,
    terminal INTEGER REFERENCES terminals,
    opened   INTEGER NOT NULL,
    seen     INTEGER NOT NULL,
    expires  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_account ON sessions (account);
CREATE INDEX sessions_by_end ON sessions (expires);

-- Wrong tries of what somebody must know. subject: SHA-256 of whom or what it is about, whether that exists or not. source: where they came
-- from. succeeded: when something was right from there.
CREATE TABLE tries (
    subject   BLOB NOT NULL,
    source    TEXT NOT NULL,
    wrong     INTEGER NOT NULL,
    last      INTEGER NOT NULL,
    succeeded INTEGER,
    PRIMARY KEY (subject, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX tries_by_source ON tries (source, last);
CREATE INDEX tries_by_age ON tries (last);

-- Who did what, written in the transaction that did it. who: role, number and name as they were. subject: what it was done to.
CREATE TABLE audit (
    entry    INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    account  INTEGER REFERENCES accounts,
    terminal INTEGER REFERENCES terminals,
    who      TEXT NOT NULL,
    what     TEXT NOT NULL,
    subject  TEXT NOT NULL,
    note     TEXT
) STRICT;
CREATE INDEX audit_by_account ON audit (account, what, at);
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_final BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;

-- One payment an order, whoever confirms it. outcome 'refunded': the money went back at once.
CREATE TABLE payments (
    order_id TEXT PRIMARY KEY REFERENCES orders,
    clerk    INTEGER NOT NULL REFERENCES accounts,
    amount   INTEGER NOT NULL,
    currency TEXT NOT NULL,
    outcome  TEXT NOT NULL CHECK (outcome IN ('paid', 'paid_late', 'refunded')),
    at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO payments (order_id, clerk, amount, currency, outcome, at)
    SELECT order_id, clerk, amount, currency, outcome, at FROM old_payments;

-- What operators did with terminals, and keys that left the platform.
CREATE TABLE terminal_log (
    entry    INTEGER PRIMARY KEY,
    terminal INTEGER NOT NULL REFERENCES terminals,
    operator INTEGER REFERENCES accounts,
    what     TEXT NOT NULL,
    note     TEXT,
    at       INTEGER NOT NULL
) STRICT;
INSERT INTO terminal_log (entry, terminal, operator, what, note, at)
    SELECT entry, terminal, operator + (SELECT coalesce(max(clerk), 0) FROM clerks), what, note, at FROM old_terminal_log;
CREATE INDEX terminal_log_by_terminal ON terminal_log (terminal, entry);

-- Keys of requests under way stay their callers'.
UPDATE answers SET caller = 'a' || substr(caller, 2) WHERE caller LIKE 'c%';
UPDATE answers SET caller = 'a' || CAST(CAST(substr(caller, 2) AS INTEGER) + (SELECT coalesce(max(clerk), 0) FROM clerks) AS TEXT)
    WHERE caller LIKE 'o%';

DROP TABLE clerk_sessions;
DROP TABLE operator_sessions;
DROP TABLE clerks;
DROP TABLE operators;
DROP TABLE old_payments;
DROP TABLE old_terminal_log;

-- What venue staff ask for.
CREATE INDEX entrance_by_event ON entrance_records (event, outcome);
