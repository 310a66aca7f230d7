-- Masters that operators keep. contact: whom to call or write to. retired: since when it is out of use, UTC microseconds. revision: goes up with
-- every change, so that two people who edit at once do not overwrite each other.
ALTER TABLE organizers ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE organizers ADD COLUMN contact TEXT NOT NULL DEFAULT '';
ALTER TABLE organizers ADD COLUMN retired INTEGER;
ALTER TABLE organizers ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;

ALTER TABLE sellers ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE sellers ADD COLUMN contact TEXT NOT NULL DEFAULT '';
ALTER TABLE sellers ADD COLUMN retired INTEGER;
ALTER TABLE sellers ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;

ALTER TABLE stores ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE stores ADD COLUMN contact TEXT NOT NULL DEFAULT '';
ALTER TABLE stores ADD COLUMN retired INTEGER;
ALTER TABLE stores ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;

ALTER TABLE venues ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE venues ADD COLUMN contact TEXT NOT NULL DEFAULT '';
ALTER TABLE venues ADD COLUMN retired INTEGER;
ALTER TABLE venues ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
-- code: NULL until an operator gives one to a venue that an organizer registered by its name. link: how to get there.
ALTER TABLE venues ADD COLUMN code TEXT;
ALTER TABLE venues ADD COLUMN link TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX venues_by_code ON venues (code);
