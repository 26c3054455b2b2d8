-- name: add
INSERT INTO upload (coordinator_id, file_name, file_path, telegram_file_id, settings, asks, found, state, attempts,
                    touched_at, created_at)
VALUES (:coordinator, :name, NULL, :file, :settings, :asks, '{}', 'received', 0, :now, :now)
RETURNING id;

-- name: find
SELECT id, coordinator_id, file_name, file_path, telegram_file_id, settings, asks, found, state, batch_id, attempts
  FROM upload
 WHERE id = :upload;

-- name: same
-- An upload of the same message that was begun and not finished: the message came a second time.
SELECT id FROM upload
 WHERE coordinator_id = :coordinator AND telegram_file_id = :file AND state IN ('received', 'reading')
 ORDER BY id DESC
 LIMIT 1;

-- name: keep
UPDATE upload
   SET file_path = :path, found = :found, settings = :settings, asks = :asks, state = :state, touched_at = :now
 WHERE id = :upload AND state = 'received';

-- name: say
UPDATE upload SET settings = :settings, asks = :asks, state = :state, touched_at = :now
 WHERE id = :upload AND state = 'asking';

-- name: claim
-- Whoever reads a file holds the newest attempt; the rows of an older one are not taken any more.
UPDATE upload SET state = 'reading', attempts = attempts + 1, batch_id = :batch, touched_at = :now
 WHERE id = :upload AND state IN ('asking', 'reading')
RETURNING attempts;

-- name: touch
UPDATE upload SET touched_at = :now WHERE id = :upload AND state = 'reading' AND attempts = :attempt;

-- name: hold
UPDATE upload SET touched_at = :now, attempts = attempts + 1
 WHERE id = :upload AND state IN ('received', 'reading') AND touched_at <= :before;

-- name: end
UPDATE upload SET state = :state, touched_at = :now
 WHERE id = :upload AND state IN ('received', 'asking', 'reading');

-- name: cancel
UPDATE upload SET state = 'cancelled', touched_at = :now
 WHERE coordinator_id = :coordinator AND state IN ('received', 'asking', 'reading');

-- name: left_alone
-- Uploads that somebody was fetching or reading, and that nobody has touched since.
SELECT id FROM upload
 WHERE state IN ('received', 'reading') AND touched_at <= :before
 ORDER BY touched_at
 LIMIT :limit;

-- name: to_tidy
-- Files that nobody needs any more.
SELECT id FROM upload
 WHERE file_path IS NOT NULL AND state IN ('drafted', 'refused', 'cancelled') AND touched_at <= :before
 ORDER BY touched_at
 LIMIT :limit;

-- name: over
SELECT id FROM upload
 WHERE id = :upload AND state IN ('drafted', 'refused', 'cancelled') AND touched_at <= :before;

-- name: tidied
UPDATE upload SET file_path = NULL WHERE id = :upload;

-- name: forget
-- Questions that nobody has answered for long.
UPDATE upload SET state = 'cancelled', touched_at = :now WHERE state = 'asking' AND touched_at <= :before;
