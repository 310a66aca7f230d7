-- Who organizes, where, what is played, who sells, and which terminals and clerks there are.
CREATE TABLE organizers (
    organizer INTEGER PRIMARY KEY,
    code      TEXT NOT NULL UNIQUE,
    name      TEXT NOT NULL
) STRICT;

CREATE TABLE venues (
    venue INTEGER PRIMARY KEY,
    name  TEXT NOT NULL UNIQUE,
    zone  TEXT NOT NULL
) STRICT;

-- A venue has several layouts; a layout never changes once it is stored.
CREATE TABLE layouts (
    layout INTEGER PRIMARY KEY,
    venue  INTEGER NOT NULL REFERENCES venues,
    name   TEXT NOT NULL,
    seats  INTEGER NOT NULL,
    tag    TEXT NOT NULL,
    plan   BLOB NOT NULL,
    UNIQUE (venue, name)
) STRICT;

CREATE TABLE events (
    event            INTEGER PRIMARY KEY CHECK (event BETWEEN 1 AND 4294967295),
    organizer        INTEGER NOT NULL REFERENCES organizers,
    layout           INTEGER NOT NULL REFERENCES layouts,
    name             TEXT NOT NULL,
    performers       TEXT NOT NULL,
    doors_open       INTEGER NOT NULL,
    starts           INTEGER NOT NULL,
    sales_end        INTEGER NOT NULL,
    currency         TEXT NOT NULL CHECK (length(currency) = 3),
    tax_basis_points INTEGER NOT NULL CHECK (tax_basis_points BETWEEN 0 AND 10000),
    limit_per_order  INTEGER NOT NULL CHECK (limit_per_order BETWEEN 1 AND 255)
) STRICT;

-- One price for each seat class of the layout, minor units, tax contained.
CREATE TABLE prices (
    event INTEGER NOT NULL REFERENCES events,
    class INTEGER NOT NULL,
    name  TEXT NOT NULL,
    price INTEGER NOT NULL CHECK (price >= 0),
    PRIMARY KEY (event, class)
) STRICT, WITHOUT ROWID;

-- Entrances, numbered from 0 as tickets number them.
CREATE TABLE doors (
    event INTEGER NOT NULL REFERENCES events,
    door  INTEGER NOT NULL CHECK (door BETWEEN 0 AND 255),
    name  TEXT NOT NULL,
    PRIMARY KEY (event, door)
) STRICT, WITHOUT ROWID;

-- The way to each block: its entrance, the door into the hall, the first turn after the entrance (and without steps, where it differs).
CREATE TABLE block_doors (
    event     INTEGER NOT NULL,
    block     INTEGER NOT NULL,
    door      INTEGER NOT NULL,
    hall_door TEXT NOT NULL,
    direction TEXT NOT NULL,
    step_free TEXT,
    PRIMARY KEY (event, block),
    FOREIGN KEY (event, door) REFERENCES doors
) STRICT, WITHOUT ROWID;

CREATE TABLE sellers (
    seller INTEGER PRIMARY KEY CHECK (seller BETWEEN 1 AND 65535),
    code   TEXT NOT NULL UNIQUE,
    name   TEXT NOT NULL
) STRICT;

CREATE TABLE stores (
    store  INTEGER PRIMARY KEY,
    code   TEXT NOT NULL UNIQUE,
    name   TEXT NOT NULL,
    seller INTEGER NOT NULL REFERENCES sellers
) STRICT;

-- token: SHA-256 of the bearer token. slips: how many slip numbers this terminal has given out.
CREATE TABLE terminals (
    terminal   INTEGER PRIMARY KEY CHECK (terminal BETWEEN 1 AND 4294967295),
    name       TEXT NOT NULL UNIQUE,
    role       TEXT NOT NULL CHECK (role IN ('kiosk', 'gate', 'register')),
    store      INTEGER REFERENCES stores,
    token      BLOB NOT NULL UNIQUE,
    device_key BLOB NOT NULL CHECK (length(device_key) = 32),
    slips      INTEGER NOT NULL DEFAULT 0,
    CHECK (role = 'gate' OR store IS NOT NULL)
) STRICT;

-- mark: the gate's number among the venue's gates, part of the entered mark. bundles: how many bundles were made for it.
CREATE TABLE gates (
    terminal INTEGER PRIMARY KEY REFERENCES terminals,
    mark     INTEGER NOT NULL UNIQUE CHECK (mark BETWEEN 0 AND 126),
    passage  TEXT NOT NULL CHECK (passage IN ('in', 'out')),
    bundles  INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Which events a gate serves, whether it stands at each entrance, and the way from it to the others.
CREATE TABLE gate_doors (
    terminal  INTEGER NOT NULL REFERENCES gates,
    event     INTEGER NOT NULL,
    door      INTEGER NOT NULL,
    here      INTEGER NOT NULL,
    direction TEXT NOT NULL,
    PRIMARY KEY (terminal, event, door),
    FOREIGN KEY (event, door) REFERENCES doors
) STRICT, WITHOUT ROWID;

-- pin: an argon2id hash in PHC form.
CREATE TABLE clerks (
    clerk  INTEGER PRIMARY KEY,
    store  INTEGER NOT NULL REFERENCES stores,
    number TEXT NOT NULL,
    name   TEXT NOT NULL,
    pin    TEXT NOT NULL,
    UNIQUE (store, number)
) STRICT;

CREATE TABLE clerk_sessions (
    token    BLOB PRIMARY KEY,
    clerk    INTEGER NOT NULL REFERENCES clerks,
    terminal INTEGER NOT NULL REFERENCES terminals,
    expires  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
