-- name: answers
SELECT COUNT(*) AS answers, MAX(answered_at) AS newest FROM answer;

-- name: entries
SELECT COUNT(*) AS entries FROM entry;

-- name: people
SELECT COUNT(*) AS people FROM person;

-- name: tasks
SELECT COUNT(*) AS tasks FROM task;

-- name: pictures
SELECT COUNT(*) AS pictures FROM picture;

-- name: needed_pictures
SELECT sha256 FROM picture ORDER BY sha256;

-- name: doubt
-- What was due before a restore may have been sent since the backup was made, and is not sent again.
UPDATE outbox SET state = 'unknown' WHERE state IN ('queued', 'sending') AND due_at <= :now;
