-- name: running
SELECT id FROM batch
 WHERE state IN ('open', 'paused') AND published_at IS NOT NULL AND id > :after
 ORDER BY id
 LIMIT :limit;

-- name: has_free
SELECT id FROM task WHERE batch_id = :batch AND place IS NOT NULL LIMIT 1;

-- name: audience
-- Workers who can be reached, and how many of them a batch is shown to: by its language, by its project, by both.
SELECT COUNT(*) AS workers,
       CAST(COALESCE(SUM(reads_it), 0) AS BIGINT) AS readers,
       CAST(COALESCE(SUM(is_in), 0) AS BIGINT) AS members,
       CAST(COALESCE(SUM(reads_it * is_in), 0) AS BIGINT) AS eligible
  FROM (SELECT CASE WHEN batch.language = 'any' OR person.reads LIKE '%' || batch.language || '%'
                    THEN 1 ELSE 0 END AS reads_it,
               CASE WHEN person.all_projects = 1 OR member.person_id IS NOT NULL THEN 1 ELSE 0 END AS is_in
          FROM batch
          JOIN person ON person.is_worker = 1 AND person.reachable = 1 AND person.leaving_at IS NULL
                     AND person.consent_version = :consent AND person.id <> batch.coordinator_id
          LEFT JOIN member ON member.project_id = batch.project_id AND member.person_id = person.id
         WHERE batch.id = :batch) judged;

-- name: eligible
SELECT person.id
  FROM batch
  JOIN person ON person.is_worker = 1 AND person.reachable = 1 AND person.leaving_at IS NULL
             AND person.consent_version = :consent AND person.id <> batch.coordinator_id
             AND (batch.language = 'any' OR person.reads LIKE '%' || batch.language || '%')
  LEFT JOIN member ON member.project_id = batch.project_id AND member.person_id = person.id
 WHERE batch.id = :batch AND (person.all_projects = 1 OR member.person_id IS NOT NULL)
 ORDER BY person.id
 LIMIT :limit;

-- name: has_members
SELECT person_id FROM member WHERE project_id = :project LIMIT 1;

-- name: latest
SELECT answered_at FROM answer WHERE batch_id = :batch ORDER BY id DESC LIMIT :limit;

-- name: others
SELECT id, price FROM batch WHERE state = 'open' AND completed_at IS NULL AND id <> :batch ORDER BY id DESC LIMIT :limit;

-- name: tell
-- Told once for a cause, until the batch has moved and stands still again.
INSERT INTO stall (batch_id, cause, since, told_at) VALUES (:batch, :cause, :since, :now)
ON CONFLICT (batch_id, cause) DO UPDATE SET since = excluded.since, told_at = excluded.told_at, ended_at = NULL
 WHERE stall.since <> excluded.since
RETURNING batch_id;

-- name: was_told
SELECT since FROM stall WHERE batch_id = :batch AND cause = :cause AND since = :since;

-- name: resume
UPDATE stall SET ended_at = NULL WHERE batch_id = :batch AND cause = :cause AND ended_at IS NOT NULL;

-- name: end
UPDATE stall SET ended_at = :now WHERE batch_id = :batch AND cause <> :but AND ended_at IS NULL;

-- name: current
SELECT cause, since FROM stall WHERE batch_id = :batch AND ended_at IS NULL ORDER BY told_at DESC LIMIT 1;
