-- name: note
INSERT INTO deed (person_id, action, detail, done_at) VALUES (:person, :action, :detail, :now) RETURNING id;

-- name: last
-- The newest deeds of a kind, newest first.
SELECT id, person_id, action, detail, done_at FROM deed WHERE action = :action ORDER BY id DESC LIMIT :limit;
