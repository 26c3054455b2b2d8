-- name: find
SELECT kinds, days, from_hour, to_hour, most, timezone, snoozed_until, ignored, reminded_at, changed_at
  FROM reminding WHERE person_id = :person;

-- name: begin
-- The usual choices, for somebody who has none yet.
INSERT INTO reminding (person_id, kinds, days, from_hour, to_hour, most, timezone, snoozed_until, ignored, changed_at)
VALUES (:person, :kinds, :days, :from_hour, :to_hour, :most, '', 0, 0, :now)
ON CONFLICT (person_id) DO NOTHING;

-- name: choose_kinds
UPDATE reminding SET kinds = :kinds, changed_at = :now WHERE person_id = :person;

-- name: choose_days
UPDATE reminding SET days = :days, changed_at = :now WHERE person_id = :person;

-- name: choose_hours
UPDATE reminding SET from_hour = :from_hour, to_hour = :to_hour, changed_at = :now WHERE person_id = :person;

-- name: choose_most
UPDATE reminding SET most = :most, changed_at = :now WHERE person_id = :person;

-- name: choose_zone
UPDATE reminding SET timezone = :timezone, changed_at = :now WHERE person_id = :person;

-- name: snooze
UPDATE reminding SET snoozed_until = :until, changed_at = :now WHERE person_id = :person;

-- name: reminded
UPDATE reminding SET ignored = ignored + 1, reminded_at = :now WHERE person_id = :person;

-- name: heard_from
-- A sign of life. There is almost never anything to change, so that this costs one look at a key.
UPDATE reminding SET ignored = 0
 WHERE person_id = (SELECT id FROM person WHERE telegram_id = :telegram) AND ignored > 0;

-- name: forget
DELETE FROM reminding WHERE person_id = :person;
