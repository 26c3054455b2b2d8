-- name: note
INSERT INTO deed (person_id, action, detail, done_at) VALUES (:person, :action, :detail, :now) RETURNING id;

-- name: last
-- The newest deeds of a kind, newest first.
SELECT id, person_id, action, detail, done_at FROM deed WHERE action = :action ORDER BY id DESC LIMIT :limit;

-- name: owner
SELECT id FROM person WHERE id = :person AND is_owner = 1 AND leaving_at IS NULL;

-- name: seconds
-- Who may look at what somebody else has done; an owner first.
SELECT id FROM person
 WHERE (is_coordinator = 1 OR is_owner = 1) AND leaving_at IS NULL AND id <> :person
 ORDER BY is_owner DESC, id
 LIMIT :limit;
