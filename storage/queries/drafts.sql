-- name: begin
INSERT INTO batch (code, project_id, coordinator_id, title, state, kind, choices, price, reserved_price, overlap_least,
                   overlap_most, confidence, lease, review, deadline_at, language, seed, guide_version, tasks, golds, duplicates,
                   refused, faults, gold_left, levelled_to, tail, created_at)
VALUES (:code, :project, :coordinator, :title, 'importing', :kind, :choices, :price, 0, :least,
        :most, :confidence, :lease, :review, :deadline, :language, :seed, :guide, 0, 0, 0,
        0, '[]', 0, 0, 0, :now)
RETURNING id;

-- name: grow
UPDATE batch
   SET tasks = tasks + :tasks, golds = golds + :golds, duplicates = duplicates + :duplicates, tail = :tail,
       levelled_to = :tail
 WHERE id = :batch AND state = 'importing';

-- name: ready
UPDATE batch SET state = 'draft', refused = :refused, faults = :faults WHERE id = :batch AND state = 'importing';

-- name: discard
UPDATE batch SET state = 'discarded', closed_at = :now WHERE id = :batch AND state IN ('importing', 'draft');

-- name: discarded
SELECT id FROM batch WHERE state = 'discarded' AND released_at IS NULL ORDER BY id LIMIT 1;

-- name: purge
DELETE FROM task WHERE id IN (SELECT id FROM task WHERE batch_id = :batch ORDER BY number LIMIT :limit);

-- name: purged
UPDATE batch SET released_at = :now, tasks = 0, golds = 0 WHERE id = :batch AND state = 'discarded';

-- name: taken
SELECT 1 AS taken FROM task WHERE batch_id = :batch AND reference = :reference;

-- name: retitle
UPDATE batch SET title = :title WHERE id = :batch AND state = 'draft';

-- name: reprice
UPDATE batch SET price = :price WHERE id = :batch AND state = 'draft';

-- name: overlap
-- Tasks keep their slots while only the most changes; otherwise they are levelled anew.
UPDATE batch
   SET levelled_to = CASE WHEN overlap_least = :least THEN levelled_to ELSE 0 END,
       overlap_least = :least, overlap_most = :most
 WHERE id = :batch AND state = 'draft';

-- name: choose
UPDATE batch SET kind = :kind, choices = :choices, project_id = :project WHERE id = :batch AND state = 'draft';

-- name: defer
UPDATE batch SET deadline_at = :deadline WHERE id = :batch AND state = 'draft';

-- name: review
UPDATE batch SET review = :review WHERE id = :batch AND state = 'draft';

-- name: levelled
UPDATE batch SET levelled_to = :upto WHERE id = :batch AND state = 'draft';

-- name: write_guide
INSERT INTO guide (batch_id, version, content, written_at) VALUES (:batch, 1, :content, :now)
ON CONFLICT (batch_id, version) DO UPDATE SET content = excluded.content, written_at = excluded.written_at;

-- name: guided
UPDATE batch SET guide_version = :version WHERE id = :batch AND state = 'draft';

-- name: publish
UPDATE batch
   SET state = 'open', published_at = :now, gold_left = :gold, reserved_price = price
 WHERE id = :batch AND state = 'draft' AND levelled_to = tail;

-- name: project_named
SELECT id FROM project WHERE coordinator_id = :coordinator AND title = :title ORDER BY id DESC LIMIT 1;

-- name: project_alike
SELECT id FROM project
 WHERE coordinator_id = :coordinator AND kind = :kind AND choices = :choices
 ORDER BY id DESC
 LIMIT 1;

-- name: add_project
INSERT INTO project (coordinator_id, title, kind, choices, created_at)
VALUES (:coordinator, :title, :kind, :choices, :now)
RETURNING id;

-- name: project_batches
SELECT COUNT(*) AS batches FROM batch WHERE project_id = :project AND state NOT IN ('importing', 'discarded');

-- name: redefine_project
UPDATE project SET kind = :kind, choices = :choices WHERE id = :project;

-- name: worked
-- The last batches with answers, those of the same project first.
SELECT batch.id, batch.project_id
  FROM batch
 WHERE batch.published_at IS NOT NULL
   AND EXISTS (SELECT 1 FROM answer WHERE answer.batch_id = batch.id AND answer.labels IS NOT NULL
                  AND answer.undone = 0)
 ORDER BY CASE WHEN batch.project_id = :project THEN 0 ELSE 1 END, batch.id DESC
 LIMIT 1;

-- name: typical_length
SELECT CAST(COALESCE(AVG(LENGTH(content)), 0) AS BIGINT) AS letters
  FROM (SELECT content FROM task WHERE batch_id = :batch ORDER BY number LIMIT 50) some;
