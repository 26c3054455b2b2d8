-- name: register
-- A job that ran before jobs were known goes on from there. A clock that was ahead is forgiven.
INSERT INTO job (name, longest, known_at, handled_until)
SELECT :job, :longest, :now,
       COALESCE((SELECT MAX(started_at) FROM job_run WHERE job = :job AND started_at <= :now), :now)
 WHERE 1 = 1
ON CONFLICT (name) DO UPDATE
   SET longest = excluded.longest,
       handled_until = CASE WHEN job.handled_until > :now THEN :now ELSE job.handled_until END;

-- name: unregister
DELETE FROM job WHERE name = :job;

-- name: handled
SELECT name, handled_until FROM job ORDER BY name;

-- name: settle
UPDATE job SET handled_until = :until WHERE name = :job AND handled_until < :until;

-- name: runs
-- Those from a period on, and whatever goes on.
SELECT period, state, busy_until FROM job_run WHERE job = :job AND (period >= :first OR state = 'running');

-- name: claim
INSERT INTO job_run (job, period, started_at, state, attempts, busy_until)
VALUES (:job, :period, :now, 'running', 1, :until)
ON CONFLICT (job, period) DO UPDATE
   SET started_at = excluded.started_at, state = 'running', attempts = job_run.attempts + 1,
       busy_until = excluded.busy_until
 WHERE job_run.state = 'failed' OR (job_run.state = 'running' AND job_run.busy_until <= excluded.started_at)
RETURNING job;

-- name: give_up
-- Runs that died with their process once too often.
UPDATE job_run SET state = 'lost'
 WHERE job = :job AND state = 'running' AND busy_until <= :now AND attempts >= :attempts
RETURNING period;

-- name: renew
UPDATE job_run SET busy_until = :until WHERE job = :job AND period = :period AND state = 'running';

-- name: attempts
SELECT attempts FROM job_run WHERE job = :job AND period = :period;

-- name: finish
UPDATE job_run SET state = 'done', ended_at = :now WHERE job = :job AND period = :period;

-- name: fail
UPDATE job_run SET state = :state, busy_until = :until WHERE job = :job AND period = :period;

-- name: postpone
UPDATE job_run SET state = 'failed', attempts = attempts - 1, busy_until = :until WHERE job = :job AND period = :period;

-- name: succeeded
UPDATE job SET succeeded_at = :now WHERE name = :job;

-- name: successes
SELECT name, succeeded_at FROM job WHERE succeeded_at IS NOT NULL ORDER BY name;

-- name: overdue
SELECT name, COALESCE(succeeded_at, known_at) AS since FROM job
 WHERE COALESCE(succeeded_at, known_at) + 2 * longest < :now
 ORDER BY name;

-- name: prune
DELETE FROM job_run WHERE started_at < :before AND state IN ('done', 'lost');
