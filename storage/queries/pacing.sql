-- name: find
SELECT halvings, limited_at FROM chat_pace WHERE chat_id = :chat;

-- name: all
SELECT chat_id, halvings, limited_at, stopped_until FROM chat_pace;

-- name: keep
INSERT INTO chat_pace (chat_id, halvings, limited_at, stopped_until) VALUES (:chat, :halvings, :now, :until)
ON CONFLICT (chat_id) DO UPDATE
   SET halvings = excluded.halvings, limited_at = excluded.limited_at, stopped_until = excluded.stopped_until;

-- name: forget
DELETE FROM chat_pace WHERE limited_at < :before;
