-- name: source
-- A batch, and where its answers end at this moment.
SELECT batch.code, batch.title, batch.kind, batch.choices, batch.seed, batch.overlap_least, batch.overlap_most, batch.confidence,
       (SELECT COUNT(*) FROM task WHERE task.batch_id = batch.id) AS tasks,
       (SELECT COUNT(*) FROM answer WHERE answer.batch_id = batch.id) AS answers,
       (SELECT COALESCE(MAX(answer.id), 0) FROM answer WHERE answer.batch_id = batch.id) AS last_answer,
       EXISTS (SELECT 1 FROM task WHERE task.batch_id = batch.id AND task.picture_id IS NOT NULL) AS has_pictures
  FROM batch
 WHERE batch.id = :batch;

-- name: batch
SELECT code, title, coordinator_id, state FROM batch WHERE id = :batch;

-- name: answers
-- A stretch of a batch's answers, oldest first.
SELECT answer.id, answer.worker_id, answer.labels, answer.is_gold, answer.guide_version,
       CASE WHEN answer.rejection_id IS NULL THEN answer.status ELSE 'rejected' END AS status,
       answer.answered_at, answer.milliseconds, task.reference
  FROM answer
  JOIN task ON task.id = answer.task_id
 WHERE answer.batch_id = :batch AND answer.id > :after AND answer.id <= :upto AND answer.undone = 0
 ORDER BY answer.id
 LIMIT :limit;

-- name: count
SELECT COUNT(*) AS answers
  FROM answer
 WHERE batch_id = :batch AND id > :since AND id <= :last AND undone = 0 AND labels IS NOT NULL;

-- name: tasks
-- A stretch of a batch's tasks, in the order of the file; all, or those that have got answers since one.
SELECT id, number, reference, gold, meta, state
  FROM task
 WHERE batch_id = :batch AND number > :after
   AND (:since = 0 OR EXISTS (SELECT 1 FROM answer
                               WHERE answer.task_id = task.id AND answer.id > :since AND answer.id <= :last))
 ORDER BY number
 LIMIT :limit;

-- name: items
-- The same with what workers saw.
SELECT task.id, task.number, task.reference, task.gold, task.meta, task.state, task.content, picture.sha256
  FROM task
  LEFT JOIN picture ON picture.id = task.picture_id
 WHERE task.batch_id = :batch AND task.number > :after
   AND (:since = 0 OR EXISTS (SELECT 1 FROM answer
                               WHERE answer.task_id = task.id AND answer.id > :since AND answer.id <= :last))
 ORDER BY task.number
 LIMIT :limit;

-- name: task_answers
-- Answers task by task, from one of a task's answers on.
SELECT task.number, answer.id, answer.worker_id, answer.labels, answer.status, answer.answered_at, answer.milliseconds
  FROM task
  JOIN answer ON answer.task_id = task.id
 WHERE task.batch_id = :batch AND task.number >= :number AND task.number <= :upto
   AND (task.number > :number OR answer.id > :after)
   AND answer.id > :since AND answer.id <= :last AND answer.undone = 0
 ORDER BY task.number, answer.id
 LIMIT :limit;

-- name: votes
-- The answers that have weight, of a stretch of tasks. Gold is left out: its label is known, and it has many.
SELECT answer.id, answer.task_id, answer.labels
  FROM task
  JOIN answer ON answer.task_id = task.id
 WHERE task.batch_id = :batch AND task.number > :after AND task.number <= :upto AND task.gold IS NULL
   AND answer.undone = 0 AND answer.status = 'counted'
 ORDER BY answer.task_id, answer.id;

-- name: gold_answers
-- How often the gold tasks of a stretch were answered.
SELECT answer.task_id, COUNT(*) AS answers
  FROM task
  JOIN answer ON answer.task_id = task.id
 WHERE task.batch_id = :batch AND task.number > :after AND task.number <= :upto AND task.gold IS NOT NULL
   AND answer.undone = 0 AND answer.status = 'counted' AND answer.id <= :last
 GROUP BY answer.task_id;

-- name: choices
-- The published batches of a coordinator, or of everybody, newest first.
SELECT id, code, title
  FROM batch
 WHERE state IN ('open', 'paused', 'closed')
   AND (:everything = 1 OR coordinator_id = :person)
   AND (:before = 0 OR id < :before)
 ORDER BY id DESC
 LIMIT :limit;

-- name: plan
-- A batch with its plan, or with nulls where it has the usual one.
SELECT batch.id, batch.code, batch.title, export_plan.at, export_plan.scope, export_plan.formats, export_plan.target,
       export_plan.chat, export_plan.last_answer
  FROM batch
  LEFT JOIN export_plan ON export_plan.batch_id = batch.id
 WHERE batch.id = :batch;

-- name: keep_plan
INSERT INTO export_plan (batch_id, at, scope, formats, target, chat, last_answer, changed_by, changed_at)
VALUES (:batch, :at, :scope, :formats, :target, :chat, :last, :person, :now)
ON CONFLICT (batch_id) DO UPDATE
   SET at = excluded.at, scope = excluded.scope, formats = excluded.formats, target = excluded.target,
       chat = excluded.chat, last_answer = excluded.last_answer, changed_by = excluded.changed_by,
       changed_at = excluded.changed_at;

-- name: scheduled
-- Batches that are running, or have changed since their files were written, whose plan has periods; `is_changed` when
-- there are answers since.
SELECT batch.id, COALESCE(export_plan.at, 'nightly') AS at, batch.published_at, batch.exported_at,
       COALESCE(export_plan.changed_at, 0) AS changed_at,
       CASE WHEN batch.exported_at IS NULL
              OR EXISTS (SELECT 1 FROM batch_count
                          WHERE batch_count.batch_id = batch.id AND batch_count.last_at >= batch.exported_at)
            THEN 1 ELSE 0 END AS is_changed
  FROM batch
  LEFT JOIN export_plan ON export_plan.batch_id = batch.id
 WHERE batch.id > :after
   AND COALESCE(export_plan.at, 'nightly') IN ('nightly', 'hourly')
   AND (batch.state IN ('open', 'paused')
        OR (batch.state = 'closed'
            AND (batch.exported_at IS NULL
                 OR batch.closed_at >= batch.exported_at
                 OR EXISTS (SELECT 1 FROM batch_count
                             WHERE batch_count.batch_id = batch.id AND batch_count.last_at >= batch.exported_at))))
 ORDER BY batch.id
 LIMIT :limit;

-- name: completed
-- Finished batches whose coordinator has not been told.
SELECT batch.id, batch.completed_at, COALESCE(export_plan.at, 'nightly') AS at
  FROM batch
  LEFT JOIN export_plan ON export_plan.batch_id = batch.id
 WHERE batch.completed_at IS NOT NULL AND batch.delivered_at IS NULL AND batch.id > :after
 ORDER BY batch.id
 LIMIT :limit;

-- name: plan_run
INSERT INTO export_run (batch_id, period, is_last, state, attempts, due_at, upto, reason, told)
VALUES (:batch, :period, :last, 'due', 0, :now, 0, NULL, 'no')
ON CONFLICT (batch_id, period) DO NOTHING
RETURNING id;

-- name: supersede
-- Older runs that still wait; the newer one writes what they would have.
UPDATE export_run SET state = 'skipped' WHERE batch_id = :batch AND state = 'due' AND id < :run AND is_last <= :last;

-- name: cancel_runs
UPDATE export_run SET state = 'skipped' WHERE batch_id = :batch AND state = 'due';

-- name: due
SELECT id FROM export_run WHERE state = 'due' AND due_at <= :now ORDER BY due_at, id LIMIT :limit;

-- name: run
SELECT id, batch_id, period, is_last, state, attempts, due_at, reason, told FROM export_run WHERE id = :run;

-- name: period
SELECT id, state, told FROM export_run WHERE batch_id = :batch AND period = :period;

-- name: newest_run
SELECT id, period, state, due_at, reason
  FROM export_run
 WHERE batch_id = :batch AND state <> 'skipped'
 ORDER BY id DESC
 LIMIT 1;

-- name: begin
UPDATE export_run SET attempts = attempts + 1, due_at = :until WHERE id = :run AND state = 'due' AND due_at <= :now;

-- name: written
UPDATE export_run SET state = 'written', upto = :upto, reason = NULL WHERE id = :run AND state = 'due';

-- name: reached
UPDATE export_plan SET last_answer = :upto WHERE batch_id = :batch AND scope = 'new' AND changed_at <= :began;

-- name: failing
UPDATE export_run SET state = :state, reason = :reason, told = :told WHERE id = :run AND state = 'due';

-- name: again
-- The next failure is told, since somebody waits for it.
UPDATE export_run SET state = 'due', attempts = :attempts, due_at = :now, told = 'asked'
 WHERE id = :run AND state IN ('due', 'failed');

-- name: is_failure_known
-- Whether people were told that a batch's runs fail, and none has been written since.
SELECT 1 AS yes
  FROM export_run
 WHERE batch_id = :batch AND told <> 'no' AND id < :run
   AND id > (SELECT COALESCE(MAX(id), 0) FROM export_run WHERE batch_id = :batch AND state = 'written' AND id < :run)
 LIMIT 1;

-- name: hearers
-- Who is told of a batch's exports when something is wrong: its coordinator and the owners.
SELECT id FROM person WHERE is_owner = 1 OR id = (SELECT coordinator_id FROM batch WHERE id = :batch) ORDER BY id;

-- name: coordinator
SELECT coordinator_id FROM batch WHERE id = :batch;

-- name: kept
UPDATE batch SET exported_at = :since WHERE id = :batch;

-- name: deliver
-- Taken once: whoever changes the row tells the coordinator.
UPDATE batch SET delivered_at = :now
 WHERE id = :batch AND completed_at IS NOT NULL AND delivered_at IS NULL
RETURNING coordinator_id;
