-- Bonus rules. What counts is an answer that was paid, whose review is over, that was neither undone nor rejected.

-- name: draft
INSERT INTO bonus_rule (batch_id, made_by, measure, threshold, amount, most, state, made_at)
VALUES (:batch, :person, :measure, :threshold, :amount, :most, 'draft', :now)
RETURNING id;

-- name: find
SELECT bonus_rule.*, batch.code, batch.title, batch.coordinator_id,
       CAST((SELECT COALESCE(SUM(bonus.amount), 0) FROM bonus WHERE bonus.rule_id = bonus_rule.id) AS BIGINT) AS given
  FROM bonus_rule
  JOIN batch ON batch.id = bonus_rule.batch_id
 WHERE bonus_rule.id = :rule;

-- name: of_batch
-- Rules that were published, oldest first, with what they have given.
SELECT bonus_rule.*,
       CAST((SELECT COALESCE(SUM(bonus.amount), 0) FROM bonus WHERE bonus.rule_id = bonus_rule.id) AS BIGINT) AS given
  FROM bonus_rule
 WHERE bonus_rule.batch_id = :batch AND bonus_rule.state <> 'draft'
 ORDER BY bonus_rule.id;

-- name: promised
-- The running rules of a batch, oldest first, with what they have given.
SELECT bonus_rule.measure, bonus_rule.threshold, bonus_rule.amount, bonus_rule.most,
       CAST((SELECT COALESCE(SUM(bonus.amount), 0) FROM bonus WHERE bonus.rule_id = bonus_rule.id) AS BIGINT) AS given
  FROM bonus_rule
 WHERE bonus_rule.batch_id = :batch AND bonus_rule.state = 'running'
 ORDER BY bonus_rule.id;

-- name: publish
UPDATE bonus_rule SET state = 'running' WHERE id = :rule AND state = 'draft';

-- name: drop
DELETE FROM bonus_rule WHERE id = :rule AND state = 'draft';

-- name: finish
UPDATE bonus_rule SET state = 'ended', ended_at = :now WHERE id = :rule AND state = 'running';

-- name: running
SELECT id FROM bonus_rule WHERE state = 'running' AND id > :after ORDER BY id LIMIT 1;

-- name: counts
-- How many answers of each worker count for a rule, of those who have reached its threshold.
SELECT answer.worker_id, COUNT(*) AS answers
  FROM answer
  JOIN task ON task.id = answer.task_id
  JOIN person ON person.id = answer.worker_id
 WHERE answer.batch_id = :batch AND answer.undone = 0 AND answer.rejection_id IS NULL AND answer.price > 0
   AND answer.settles_at <= :now AND person.forgotten_at IS NULL
   AND (:measure <> 'correct' OR (answer.is_gold = 1 AND answer.labels = task.gold))
 GROUP BY answer.worker_id
HAVING COUNT(*) >= :threshold
 ORDER BY answer.worker_id;

-- name: count_of
-- The same for one worker.
SELECT COUNT(*) AS answers
  FROM answer
  JOIN task ON task.id = answer.task_id
  JOIN person ON person.id = answer.worker_id
 WHERE answer.batch_id = :batch AND answer.worker_id = :worker AND answer.undone = 0 AND answer.rejection_id IS NULL
   AND answer.price > 0 AND answer.settles_at <= :now AND person.forgotten_at IS NULL
   AND (:measure <> 'correct' OR (answer.is_gold = 1 AND answer.labels = task.gold));

-- name: reached
-- When a worker gave the answer that made up a number.
SELECT answer.answered_at
  FROM answer
  JOIN task ON task.id = answer.task_id
 WHERE answer.batch_id = :batch AND answer.worker_id = :worker AND answer.undone = 0 AND answer.rejection_id IS NULL
   AND answer.price > 0 AND answer.settles_at <= :now
   AND (:measure <> 'correct' OR (answer.is_gold = 1 AND answer.labels = task.gold))
 ORDER BY answer.answered_at, answer.id
 LIMIT 1 OFFSET :before;

-- name: given
SELECT worker_id, number FROM bonus WHERE rule_id = :rule;

-- name: give
INSERT INTO bonus (rule_id, worker_id, number, amount, earned_at) VALUES (:rule, :worker, :number, :amount, :now)
ON CONFLICT (rule_id, worker_id, number) DO NOTHING
RETURNING id;

-- name: is_over
-- Whether a batch's answers are all beyond review, and nobody may appeal any more.
SELECT batch.id FROM batch
 WHERE batch.id = :batch AND batch.state IN ('closed', 'discarded')
   AND batch.closed_at + batch.lease + batch.review + :day <= :now
   AND NOT EXISTS (SELECT 1 FROM rejection
                    WHERE rejection.batch_id = batch.id
                      AND (rejection.state IN ('proposed', 'appealed')
                           OR (rejection.state = 'told' AND rejection.released_at IS NULL)));

-- name: adjust
INSERT INTO adjustment (worker_id, amount, reason, made_by, made_at) VALUES (:worker, :amount, :reason, :person, :now)
RETURNING id;
