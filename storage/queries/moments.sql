-- name: last
SELECT happened_at FROM moment WHERE name = :name;

-- name: note
INSERT INTO moment (name, happened_at) VALUES (:name, :now)
ON CONFLICT (name) DO UPDATE SET happened_at = excluded.happened_at;

-- name: claim
-- Take note of something, unless that was done after an instant.
INSERT INTO moment (name, happened_at) VALUES (:name, :now)
ON CONFLICT (name) DO UPDATE SET happened_at = excluded.happened_at WHERE moment.happened_at <= :before
RETURNING happened_at;
