-- name: batches
-- Published batches that may have answers in review, newest first; everybody's for an owner.
SELECT batch.id, batch.code, batch.title
  FROM batch
 WHERE (:everything = 1 OR batch.coordinator_id = :person)
   AND batch.state IN ('open', 'paused', 'closed')
   AND EXISTS (SELECT 1 FROM batch_count WHERE batch_count.batch_id = batch.id AND batch_count.last_at + batch.review > :now)
 ORDER BY batch.id DESC
 LIMIT :limit;

-- name: count
-- How many answers of a batch can be looked at, and how many of them others or gold speak against.
SELECT COUNT(*) AS answers, CAST(COALESCE(SUM(CASE WHEN doubt > 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS doubtful
  FROM answer
 WHERE batch_id = :batch AND undone = 0 AND status = 'counted' AND settlement_id IS NULL
   AND worker_id <> :person AND settles_at > :now
   AND task_id NOT IN (SELECT id FROM task WHERE batch_id = :batch AND state = 'dropped')
   AND id NOT IN (SELECT answer_id FROM rejection WHERE batch_id = :batch);

-- name: following
-- The next answer of a batch that can be looked at, the most doubtful first.
SELECT answer.id, answer.doubt
  FROM answer JOIN task ON task.id = answer.task_id
 WHERE answer.batch_id = :batch AND answer.undone = 0 AND answer.status = 'counted' AND answer.settlement_id IS NULL
   AND answer.worker_id <> :person AND answer.settles_at > :now AND task.state <> 'dropped'
   AND NOT EXISTS (SELECT 1 FROM rejection WHERE rejection.answer_id = answer.id)
   AND answer.doubt <= :doubt AND (answer.doubt < :doubt OR answer.id > :after)
 ORDER BY answer.doubt DESC, answer.id
 LIMIT 1;

-- name: answer
-- Everything that a review needs to know of an answer.
SELECT answer.id, answer.task_id, answer.batch_id, answer.worker_id, answer.assignment_id, answer.revision,
       answer.labels, answer.status, answer.undone, answer.is_gold, answer.price, answer.guide_version,
       answer.answered_at, answer.milliseconds, answer.settlement_id, answer.rejection_id, answer.settles_at,
       task.reference, task.content, task.picture_id, picture.sha256, task.gold, task.state AS task_state, task.wanted,
       batch.code, batch.title, batch.kind, batch.choices, batch.seed, batch.coordinator_id,
       batch.guide_version AS current_version, batch.state AS batch_state, batch.reserved_price, batch.overlap_least,
       batch.confidence, person.forgotten_at
  FROM answer
  JOIN task ON task.id = answer.task_id
  JOIN batch ON batch.id = answer.batch_id
  JOIN person ON person.id = answer.worker_id
  LEFT JOIN picture ON picture.id = task.picture_id
 WHERE answer.id = :answer;

-- name: others
-- What other workers answered to the same task, the most frequent first.
SELECT labels, COUNT(*) AS votes
  FROM answer
 WHERE task_id = :task AND undone = 0 AND status = 'counted' AND id <> :answer
 GROUP BY labels
 ORDER BY COUNT(*) DESC, labels;

-- name: waiting
-- What waits for a decision: rejections that take two who look, and appeals; the oldest first.
SELECT rejection.id, rejection.state, rejection.worker_id, rejection.reviewer_id, batch.coordinator_id, batch.code,
       batch.title, task.reference
  FROM rejection
  JOIN batch ON batch.id = rejection.batch_id
  JOIN answer ON answer.id = rejection.answer_id
  JOIN task ON task.id = answer.task_id
 WHERE rejection.state IN ('proposed', 'told', 'appealed') AND rejection.state IN ('proposed', 'appealed')
 ORDER BY rejection.id
 LIMIT :limit;

-- name: reviewers
-- How often each reviewer has rejected, how often that was appealed, and how often the appeal was right.
SELECT person.id, person.name, person.code, COUNT(*) AS rejections,
       CAST(SUM(CASE WHEN rejection.appealed_at IS NULL THEN 0 ELSE 1 END) AS BIGINT) AS appeals,
       CAST(SUM(CASE WHEN rejection.state = 'upheld' THEN 1 ELSE 0 END) AS BIGINT) AS upheld
  FROM rejection JOIN person ON person.id = rejection.reviewer_id
 WHERE rejection.state NOT IN ('proposed', 'withdrawn') AND (:everything = 1 OR rejection.reviewer_id = :person)
 GROUP BY person.id, person.name, person.code
 ORDER BY COUNT(*) DESC, person.id
 LIMIT :limit;

-- name: deciders
-- Everybody who may look a second time, as far as their role goes.
SELECT id, is_owner FROM person
 WHERE (is_owner = 1 OR is_coordinator = 1) AND leaving_at IS NULL
 ORDER BY id;
