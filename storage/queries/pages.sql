-- name: held
-- All that a worker was shown and holds in a batch, in the order in which cards bring it.
SELECT id FROM assignment
 WHERE worker_id = :worker AND batch_id = :batch AND state = 'held' AND leased_at > 0
 ORDER BY leased_at DESC, id
 LIMIT :limit;

-- name: turn
-- The number of a worker's next page in a batch.
UPDATE progress SET pages = pages + 1 WHERE batch_id = :batch AND worker_id = :worker RETURNING pages;

-- name: put
UPDATE assignment SET page = :page, lease_until = :until WHERE id = :assignment AND state = 'held';

-- name: current
SELECT pages FROM progress WHERE batch_id = :batch AND worker_id = :worker;

-- name: items
-- Every task of a page, answered or not, in the order of their numbers on it.
SELECT id, state FROM assignment
 WHERE worker_id = :worker AND batch_id = :batch AND page = :page AND page > 0
 ORDER BY id;

-- name: pace
-- What is left on a page was looked at from the last tap on.
UPDATE assignment SET shown_at = :now, lease_until = :until
 WHERE worker_id = :worker AND batch_id = :batch AND page = :page AND page > 0 AND state = 'held';
