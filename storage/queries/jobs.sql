-- name: claim
INSERT INTO job_run (job, period, started_at) VALUES (:job, :period, :now)
ON CONFLICT (job, period) DO NOTHING
RETURNING job;
