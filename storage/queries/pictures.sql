-- name: add
INSERT INTO picture (sha256, width, height, created_at) VALUES (:sha256, :width, :height, :now)
ON CONFLICT (sha256) DO NOTHING;

-- name: find
SELECT id FROM picture WHERE sha256 = :sha256;

-- name: file_id
SELECT file_id FROM picture_file WHERE picture_id = :picture AND bot_id = :bot;

-- name: keep_file_id
INSERT INTO picture_file (picture_id, bot_id, file_id) VALUES (:picture, :bot, :file)
ON CONFLICT (picture_id, bot_id) DO UPDATE SET file_id = excluded.file_id;

-- name: forget_file_id
DELETE FROM picture_file WHERE picture_id = :picture AND bot_id = :bot AND file_id = :file;
