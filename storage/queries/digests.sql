-- What people are told once a day.

-- name: zones
-- Where people say that they live.
SELECT DISTINCT timezone FROM reminding WHERE timezone <> '';

-- name: workers
-- Who has worked lately or has money becoming available today, and was not told yet.
SELECT person.id
  FROM person
  LEFT JOIN reminding ON reminding.person_id = person.id
 WHERE person.is_worker = 1 AND person.reachable = 1 AND person.leaving_at IS NULL AND person.id > :after
   AND CASE WHEN COALESCE(reminding.timezone, '') = '' THEN :usual ELSE reminding.timezone END = :zone
   AND NOT EXISTS (SELECT 1 FROM digest
                    WHERE digest.person_id = person.id AND digest.kind = 'worker' AND digest.day = :day)
   AND (EXISTS (SELECT 1 FROM answer
                 WHERE answer.worker_id = person.id AND answer.answered_at >= :begins AND answer.answered_at < :today
                   AND answer.undone = 0 AND answer.labels IS NOT NULL)
        OR EXISTS (SELECT 1 FROM answer
                    WHERE answer.worker_id = person.id AND answer.settles_at >= :today AND answer.settles_at < :ends
                      AND answer.settlement_id IS NULL AND answer.rejection_id IS NULL AND answer.undone = 0
                      AND answer.price > 0))
 ORDER BY person.id
 LIMIT :limit;

-- name: staff
-- Coordinators with work that goes on, or owners, who were not told yet.
SELECT person.id
  FROM person
  LEFT JOIN reminding ON reminding.person_id = person.id
 WHERE person.reachable = 1 AND person.leaving_at IS NULL AND person.id > :after
   AND CASE WHEN COALESCE(reminding.timezone, '') = '' THEN :usual ELSE reminding.timezone END = :zone
   AND NOT EXISTS (SELECT 1 FROM digest
                    WHERE digest.person_id = person.id AND digest.kind = :kind AND digest.day = :day)
   AND ((:kind = 'owner' AND person.is_owner = 1)
        OR (:kind = 'coordinator' AND (person.is_coordinator = 1 OR person.is_owner = 1)
            AND EXISTS (SELECT 1 FROM batch
                         WHERE batch.coordinator_id = person.id AND batch.state IN ('open', 'paused'))))
 ORDER BY person.id
 LIMIT :limit;

-- name: tell
INSERT INTO digest (person_id, kind, day, told_at) VALUES (:person, :kind, :day, :now)
ON CONFLICT (person_id, kind, day) DO NOTHING;

-- name: counts_as_reminder
INSERT INTO reminder (person_id, kind, subject, blanks, state, due_at, expires_at, sent_at)
VALUES (:person, 'digest', :subject, '{}', 'sent', :now, :now, :now)
ON CONFLICT (person_id, kind, subject) DO NOTHING;

-- name: settling
-- When money in review becomes available, from one moment until before another.
SELECT CAST(COALESCE(SUM(price), 0) AS BIGINT) AS amount, CAST(COALESCE(MAX(settles_at), 0) AS BIGINT) AS last
  FROM answer
 WHERE worker_id = :worker AND settlement_id IS NULL AND rejection_id IS NULL AND undone = 0 AND price > 0
   AND settles_at >= :begins AND settles_at < :ends;

-- name: running
-- A coordinator's batches that go on, the newest first.
SELECT id, code, title, state, tasks, overlap_least, deadline_at FROM batch
 WHERE coordinator_id = :person AND state IN ('open', 'paused')
 ORDER BY id DESC
 LIMIT :limit;

-- name: batch_between
-- What a batch got and cost in a stretch of time.
SELECT COUNT(*) AS answers, CAST(COALESCE(SUM(price), 0) AS BIGINT) AS amount,
       COUNT(DISTINCT worker_id) AS workers
  FROM answer
 WHERE batch_id = :batch AND answered_at >= :begins AND answered_at < :ends AND undone = 0 AND labels IS NOT NULL;

-- name: coordinator_between
-- The same for all batches of a coordinator, also those that are over by now; one without an answer since is not read.
SELECT COUNT(*) AS answers, CAST(COALESCE(SUM(answer.price), 0) AS BIGINT) AS amount
  FROM answer JOIN batch ON batch.id = answer.batch_id
 WHERE batch.coordinator_id = :person AND answer.answered_at >= :begins AND answer.answered_at < :ends
   AND answer.undone = 0 AND answer.labels IS NOT NULL
   AND EXISTS (SELECT 1 FROM batch_count WHERE batch_count.batch_id = batch.id AND batch_count.last_at >= :begins);

-- name: disputed_tasks
-- The tasks of a batch on whose labels people agree least, the worst first: the share of the largest camp in thousandths.
SELECT camps.task_id, task.reference, task.content, camps.answers, camps.largest
  FROM (SELECT task_id, CAST(SUM(answers) AS BIGINT) AS answers, MAX(answers) AS largest
          FROM (SELECT task_id, labels, COUNT(*) AS answers FROM answer
                 WHERE batch_id = :batch AND status = 'counted' AND is_gold = 0 AND undone = 0
                 GROUP BY task_id, labels) given
         GROUP BY task_id) camps
  JOIN task ON task.id = camps.task_id
 WHERE camps.largest < camps.answers AND task.state <> 'dropped'
 ORDER BY camps.largest * 1000 / camps.answers, camps.answers DESC, camps.task_id
 LIMIT :limit;

-- name: decisions
-- What waits for a coordinator: reported tasks, appeals, rejections that need a second look, batches that stand still.
SELECT (SELECT COUNT(*) FROM task JOIN batch ON batch.id = task.batch_id
         WHERE batch.coordinator_id = :person AND batch.state IN ('open', 'paused') AND task.state = 'flagged') AS flagged,
       (SELECT COUNT(*) FROM rejection JOIN batch ON batch.id = rejection.batch_id
         WHERE batch.coordinator_id = :person AND rejection.state = 'appealed') AS appeals,
       (SELECT COUNT(*) FROM rejection JOIN batch ON batch.id = rejection.batch_id
         WHERE batch.coordinator_id <> :person AND rejection.state = 'proposed') AS proposals,
       (SELECT COUNT(*) FROM stall JOIN batch ON batch.id = stall.batch_id
         WHERE batch.coordinator_id = :person AND batch.state IN ('open', 'paused')
           AND stall.ended_at IS NULL AND stall.cause <> 'gold') AS stalls,
       (SELECT COUNT(*) FROM batch
         WHERE batch.coordinator_id = :person AND batch.state = 'draft') AS drafts;

-- name: money_between
-- What came into budgets and what left to people in a stretch of time; taxes are withheld, not paid out.
SELECT CAST((SELECT COALESCE(SUM(amount), 0) FROM funding
              WHERE funded_at >= :begins AND funded_at < :ends) AS BIGINT) AS funded,
       CAST((SELECT COALESCE(SUM(price), 0) FROM answer
              WHERE answered_at >= :begins AND answered_at < :ends AND undone = 0 AND rejection_id IS NULL) AS BIGINT) AS earned,
       CAST((SELECT COALESCE(SUM(net), 0) FROM payout
              WHERE state = 'paid' AND ended_at >= :begins AND ended_at < :ends) AS BIGINT) AS paid,
       CAST((SELECT COALESCE(SUM(income_tax + local_tax), 0) FROM payout
              WHERE state = 'paid' AND ended_at >= :begins AND ended_at < :ends) AS BIGINT) AS withheld,
       CAST((SELECT COALESCE(SUM(amount), 0) FROM payment
              WHERE paid_at >= :begins AND paid_at < :ends) AS BIGINT) AS by_hand,
       (SELECT COUNT(*) FROM payout WHERE state = 'asked') AS asked,
       (SELECT COUNT(*) FROM payout WHERE state = 'failed' AND ended_at >= :begins AND ended_at < :ends) AS failed,
       (SELECT COUNT(*) FROM violation) AS violations;

-- name: progress
-- How many answers a coordinator's running batches want, and how many they have.
SELECT CAST(COALESCE(SUM(batch.tasks * batch.overlap_least), 0) AS BIGINT) AS wanted,
       CAST(COALESCE(SUM((SELECT SUM(batch_count.counted) FROM batch_count
                           WHERE batch_count.batch_id = batch.id)), 0) AS BIGINT) AS counted
  FROM batch
 WHERE batch.coordinator_id = :person AND batch.state IN ('open', 'paused');

-- name: stored
SELECT kind, day, told_at FROM digest WHERE person_id = :person ORDER BY day, kind;

-- name: forget
DELETE FROM digest WHERE person_id = :person;

-- name: prune
DELETE FROM digest
 WHERE (person_id, kind, day) IN (SELECT person_id, kind, day FROM digest
                                   WHERE told_at < :before
                                   ORDER BY told_at
                                   LIMIT :limit);
