-- Masters that operators keep. contact: whom to call or write to. retired: since when it is out of use, UTC microseconds. revision: goes up with
-- every change, so that two people who edit at once do not overwrite each other.
ALTER TABLE organizers ADD COLUMN address TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE organizers ADD COLUMN contact TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE organizers ADD COLUMN retired BIGINT;
ALTER TABLE organizers ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;

ALTER TABLE sellers ADD COLUMN address TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE sellers ADD COLUMN contact TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE sellers ADD COLUMN retired BIGINT;
ALTER TABLE sellers ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;

ALTER TABLE stores ADD COLUMN address TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE stores ADD COLUMN contact TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE stores ADD COLUMN retired BIGINT;
ALTER TABLE stores ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;

ALTER TABLE venues ADD COLUMN address TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE venues ADD COLUMN contact TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE venues ADD COLUMN retired BIGINT;
ALTER TABLE venues ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
-- code: NULL until an operator gives one to a venue that an organizer registered by its name. link: how to get there.
ALTER TABLE venues ADD COLUMN code TEXT COLLATE "C";
ALTER TABLE venues ADD COLUMN link TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE UNIQUE INDEX venues_by_code ON venues (code);
