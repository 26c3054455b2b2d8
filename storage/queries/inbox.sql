-- name: add
INSERT INTO inbox (update_id, raw, state, attempts, received_at) VALUES (:update, :raw, 'new', 0, :now)
ON CONFLICT (update_id) DO NOTHING
RETURNING seq;

-- name: unfinished
SELECT seq, update_id, raw, attempts FROM inbox WHERE state = 'new' ORDER BY seq;

-- name: attempt
UPDATE inbox SET attempts = attempts + 1 WHERE seq = :seq AND state = 'new' RETURNING attempts;

-- name: finish
UPDATE inbox SET state = 'done' WHERE seq = :seq RETURNING raw;

-- name: fail
UPDATE inbox SET state = 'failed' WHERE seq = :seq RETURNING raw;

-- name: hide
-- What is handled says no more what nobody should have written.
UPDATE inbox SET raw = :raw WHERE seq = :seq AND state <> 'new';

-- name: prune
-- What was set aside is kept longer, so that somebody can look at it.
DELETE FROM inbox
 WHERE seq IN (SELECT seq FROM inbox
                WHERE received_at < :before AND (state = 'done' OR (state = 'failed' AND received_at < :failed_before))
                ORDER BY received_at
                LIMIT :limit);
