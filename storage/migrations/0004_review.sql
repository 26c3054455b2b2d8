-- Review -------------------------------------------------------------------------------------------------------------

-- What speaks against an answer while it is in review, so that the most doubtful are found without counting votes.
ALTER TABLE answer ADD COLUMN doubt INTEGER NOT NULL DEFAULT 0;
UPDATE answer
   SET doubt = CASE WHEN is_gold = 1
                    THEN CASE WHEN labels = (SELECT gold FROM task WHERE task.id = answer.task_id) THEN 0 ELSE 1000 END
                    ELSE COALESCE((SELECT MAX(alike.votes)
                                     FROM (SELECT COUNT(*) AS votes FROM answer other
                                            WHERE other.task_id = answer.task_id AND other.undone = 0
                                              AND other.status = 'counted' AND other.labels <> answer.labels
                                            GROUP BY other.labels) alike), 0)
                       - (SELECT COUNT(*) FROM answer same
                           WHERE same.task_id = answer.task_id AND same.undone = 0 AND same.status = 'counted'
                             AND same.labels = answer.labels AND same.id <> answer.id)
               END
 WHERE undone = 0 AND status = 'counted' AND settlement_id IS NULL;
CREATE INDEX answer_review ON answer (batch_id, doubt DESC, id)
    WHERE undone = 0 AND status = 'counted' AND settlement_id IS NULL;
