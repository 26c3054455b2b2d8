-- name: limit
UPDATE person SET has_budget = :on WHERE id = :person AND has_budget <> :on;

-- name: fund
INSERT INTO funding (coordinator_id, batch_id, amount, note, funded_by, funded_at)
VALUES (:person, :batch, :amount, :note, :owner, :now)
RETURNING id;

-- name: newest_funding
SELECT CAST(COALESCE(MAX(id), 0) AS BIGINT) AS newest FROM funding WHERE coordinator_id = :person;

-- name: waiting_late
-- How many late answers may still come beyond the free slots of their tasks. Each takes back a slot that is still free;
-- none comes to what was never shown.
SELECT CAST(COALESCE(SUM(lapsed - open_slots), 0) AS BIGINT) AS answers
  FROM (SELECT task.id, task.open_slots, COUNT(*) AS lapsed
          FROM assignment JOIN task ON task.id = assignment.task_id
         WHERE assignment.batch_id = :batch AND assignment.state = 'expired' AND assignment.lease_until >= :since
           AND assignment.leased_at > 0 AND task.gold IS NULL
         GROUP BY task.id, task.open_slots
        HAVING COUNT(*) > task.open_slots) beyond;

-- name: lapsed_of
-- The lapsed cards of a task whose answers would still be paid, its free slots, and how many of the cards are a worker's.
SELECT task.open_slots, COUNT(assignment.id) AS lapsed,
       CAST(COALESCE(SUM(CASE WHEN assignment.worker_id = :worker THEN 1 ELSE 0 END), 0) AS BIGINT) AS own
  FROM task
  LEFT JOIN assignment
    ON assignment.task_id = task.id AND assignment.state = 'expired' AND assignment.lease_until >= :since
   AND assignment.leased_at > 0
 WHERE task.id = :task
 GROUP BY task.id, task.open_slots;

-- name: recent
-- What was given to a coordinator last, newest first; a negative amount was taken back.
SELECT amount, note, funded_at FROM funding WHERE coordinator_id = :person ORDER BY id DESC LIMIT :limit;

-- name: covers
-- How often a batch's reserve was filled up.
SELECT COUNT(*) AS covers FROM entry WHERE account = :account AND source LIKE 'cover:%';

-- name: unreleased
SELECT id, coordinator_id, reserved_price FROM batch
 WHERE coordinator_id = :person AND published_at IS NOT NULL AND released_at IS NULL
 ORDER BY id;

-- name: held
-- What is set aside for each batch of a coordinator that may still cost something.
SELECT batch.id, batch.code, batch.title, CAST(COALESCE(SUM(entry.amount), 0) AS BIGINT) AS amount
  FROM batch
  LEFT JOIN entry
    ON entry.account IN ('escrow:' || CAST(batch.id AS TEXT), 'gold:' || CAST(batch.id AS TEXT),
                         'reserve:' || CAST(batch.id AS TEXT), 'disputed:' || CAST(batch.id AS TEXT))
 WHERE batch.coordinator_id = :person AND batch.published_at IS NOT NULL AND batch.released_at IS NULL
 GROUP BY batch.id, batch.code, batch.title
 ORDER BY batch.id DESC;

-- name: held_for_bonuses
SELECT CAST(COALESCE(SUM(entry.amount), 0) AS BIGINT) AS amount
  FROM batch
  JOIN bonus_rule ON bonus_rule.batch_id = batch.id
  JOIN entry ON entry.account = 'bonus:' || CAST(bonus_rule.id AS TEXT)
 WHERE batch.coordinator_id = :person;

-- name: spent
-- What a coordinator's batches have cost so far, and what their bonuses have.
SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount
  FROM (SELECT batch_count.spent AS amount
          FROM batch JOIN batch_count ON batch_count.batch_id = batch.id
         WHERE batch.coordinator_id = :person
         UNION ALL
        SELECT bonus.amount
          FROM batch
          JOIN bonus_rule ON bonus_rule.batch_id = batch.id
          JOIN bonus ON bonus.rule_id = bonus_rule.id
         WHERE batch.coordinator_id = :person) costs;

-- name: spent_since
-- The same of the answers and bonuses since a moment; batches that were closed a day before it have none.
SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount
  FROM (SELECT answer.price AS amount
          FROM batch JOIN answer ON answer.batch_id = batch.id
         WHERE batch.coordinator_id = :person AND batch.published_at IS NOT NULL
           AND (batch.closed_at IS NULL OR batch.closed_at >= :since - 86400000)
           AND answer.answered_at >= :since AND answer.undone = 0 AND answer.rejection_id IS NULL
         UNION ALL
        SELECT bonus.amount
          FROM batch
          JOIN bonus_rule ON bonus_rule.batch_id = batch.id
          JOIN bonus ON bonus.rule_id = bonus_rule.id
         WHERE batch.coordinator_id = :person AND bonus.earned_at >= :since) costs;
