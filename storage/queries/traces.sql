-- Where a worker's money comes from and where it went. A scope is all paid answers, those in review ('pending'), or those
-- settled after one moment and up to another ('settled').

-- name: answers_between
SELECT CAST(COALESCE(SUM(answer.price), 0) AS BIGINT) AS amount, COUNT(*) AS answers,
       CAST(COALESCE(MIN(answer.answered_at), 0) AS BIGINT) AS first,
       CAST(COALESCE(MAX(answer.answered_at), 0) AS BIGINT) AS last
  FROM answer
  LEFT JOIN settlement ON settlement.id = answer.settlement_id
 WHERE answer.worker_id = :worker AND answer.answered_at >= :begins AND answer.answered_at < :ends
   AND answer.undone = 0 AND answer.rejection_id IS NULL AND answer.price > 0
   AND (:scope = 'all'
        OR (:scope = 'pending' AND answer.settlement_id IS NULL)
        OR (:scope = 'settled' AND settlement.settled_at > :after AND settlement.settled_at <= :upto));

-- name: answers_by_batch
SELECT summed.batch_id, batch.title, summed.amount, summed.answers
  FROM (SELECT answer.batch_id, CAST(SUM(answer.price) AS BIGINT) AS amount, COUNT(*) AS answers
          FROM answer
          LEFT JOIN settlement ON settlement.id = answer.settlement_id
         WHERE answer.worker_id = :worker AND answer.answered_at >= :begins AND answer.answered_at < :ends
           AND answer.undone = 0 AND answer.rejection_id IS NULL AND answer.price > 0
           AND (:scope = 'all'
                OR (:scope = 'pending' AND answer.settlement_id IS NULL)
                OR (:scope = 'settled' AND settlement.settled_at > :after AND settlement.settled_at <= :upto))
         GROUP BY answer.batch_id) summed
  JOIN batch ON batch.id = summed.batch_id
 ORDER BY summed.amount DESC, summed.batch_id;

-- name: answers_by_price
SELECT answer.price, COUNT(*) AS answers
  FROM answer
  LEFT JOIN settlement ON settlement.id = answer.settlement_id
 WHERE answer.worker_id = :worker AND answer.answered_at >= :begins AND answer.answered_at < :ends
   AND answer.batch_id = :batch
   AND answer.undone = 0 AND answer.rejection_id IS NULL AND answer.price > 0
   AND (:scope = 'all'
        OR (:scope = 'pending' AND answer.settlement_id IS NULL)
        OR (:scope = 'settled' AND settlement.settled_at > :after AND settlement.settled_at <= :upto))
 GROUP BY answer.price
 ORDER BY answer.price DESC;

-- name: unpaid_by_price
-- What was rejected, and what its worker took back.
SELECT undone, price, COUNT(*) AS answers
  FROM answer
 WHERE worker_id = :worker AND answered_at >= :begins AND answered_at < :ends AND batch_id = :batch
   AND (undone = 1 OR rejection_id IS NOT NULL) AND price > 0
 GROUP BY undone, price
 ORDER BY undone, price DESC;

-- name: answers_of_batch
-- The answers themselves, newest first. Whether a task is gold is not among the columns.
SELECT answer.id, answer.answered_at, answer.labels, answer.price, answer.settlement_id, answer.rejection_id,
       rejection.state AS rejection, batch.title, batch.choices, task.content, task.picture_id, picture.sha256
  FROM answer
  JOIN batch ON batch.id = answer.batch_id
  JOIN task ON task.id = answer.task_id
  LEFT JOIN picture ON picture.id = task.picture_id
  LEFT JOIN settlement ON settlement.id = answer.settlement_id
  LEFT JOIN rejection ON rejection.id = answer.rejection_id
 WHERE answer.worker_id = :worker AND answer.answered_at >= :begins AND answer.answered_at < :ends
   AND answer.batch_id = :batch
   AND answer.undone = 0 AND answer.rejection_id IS NULL AND answer.price > 0
   AND (:scope = 'all'
        OR (:scope = 'pending' AND answer.settlement_id IS NULL)
        OR (:scope = 'settled' AND settlement.settled_at > :after AND settlement.settled_at <= :upto))
 ORDER BY answer.answered_at DESC, answer.id DESC
 LIMIT :limit OFFSET :skipped;

-- name: paid_between
SELECT CAST(COALESCE(SUM(price), 0) AS BIGINT) AS amount, COUNT(*) AS count
  FROM answer
 WHERE worker_id = :worker AND answered_at > :after AND answered_at <= :upto
   AND undone = 0 AND rejection_id IS NULL AND price > 0;

-- name: settled_between
SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount, CAST(COALESCE(SUM(answers), 0) AS BIGINT) AS count
  FROM settlement
 WHERE worker_id = :worker AND settled_at > :after AND settled_at <= :upto;

-- name: bonuses_between
SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount, COUNT(*) AS count
  FROM bonus
 WHERE worker_id = :worker AND earned_at > :after AND earned_at <= :upto;

-- name: adjustments_between
SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount, COUNT(*) AS count
  FROM adjustment
 WHERE worker_id = :worker AND made_at > :after AND made_at <= :upto;

-- name: bonuses
-- Bonuses of a worker, newest first, with the rules that they were promised by.
SELECT bonus.id, bonus.amount, bonus.number, bonus.earned_at, bonus_rule.measure, bonus_rule.threshold,
       batch.title
  FROM bonus
  JOIN bonus_rule ON bonus_rule.id = bonus.rule_id
  JOIN batch ON batch.id = bonus_rule.batch_id
 WHERE bonus.worker_id = :worker AND bonus.earned_at > :after AND bonus.earned_at <= :upto
 ORDER BY bonus.earned_at DESC, bonus.id DESC;

-- name: adjustments
SELECT id, amount, reason, made_at FROM adjustment
 WHERE worker_id = :worker AND made_at > :after AND made_at <= :upto
 ORDER BY made_at DESC, id DESC;

-- name: outgoing
-- Every time that money left, or is about to leave, oldest first.
SELECT kind, id, left_at, code, state, gross, income_tax, local_tax, net, transfer_code, moved_at, note
  FROM (SELECT 'y' AS kind, payout.id, payout.asked_at AS left_at, payout.code, payout.state, payout.gross,
               payout.income_tax, payout.local_tax, payout.net, transfer.code AS transfer_code,
               COALESCE(payout.ended_at, transfer.sent_at) AS moved_at, '' AS note
          FROM payout
          LEFT JOIN transfer ON transfer.id = payout.transfer_id
         WHERE payout.worker_id = :worker AND payout.state NOT IN ('failed', 'cancelled')
         UNION ALL
        SELECT 'z' AS kind, id, paid_at AS left_at, '' AS code, 'paid' AS state, amount AS gross, 0 AS income_tax,
               0 AS local_tax, amount AS net, NULL AS transfer_code, paid_at AS moved_at, note
          FROM payment
         WHERE worker_id = :worker) outgoing
 ORDER BY left_at, kind, id;

-- name: account_of
-- Where a worker's money goes now, and since when.
SELECT last_digits, reference, changed_at FROM payee WHERE person_id = :worker;

-- name: entered
-- What moved on an account from one moment until before another, by the kind of event.
SELECT kind, CAST(SUM(amount) AS BIGINT) AS amount
  FROM (SELECT CASE WHEN source LIKE 'answer:%' THEN 'answer' WHEN source LIKE 'undo:%' THEN 'undo'
                    WHEN source LIKE 'reject:%' OR source LIKE 'uphold:%' THEN 'reject' ELSE 'other' END AS kind, amount
          FROM entry
         WHERE account = :account AND posted_at >= :begins AND posted_at < :ends) moved
 GROUP BY kind;

-- name: balance_before
SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount FROM entry WHERE account = :account AND posted_at < :moment;

-- name: given_between
-- Standing answers of a worker, also rejected ones, by batch and price.
SELECT given.batch_id, batch.code, batch.title, given.price, given.answers
  FROM (SELECT batch_id, price, COUNT(*) AS answers
          FROM answer
         WHERE worker_id = :worker AND answered_at >= :begins AND answered_at < :ends AND undone = 0 AND price > 0
         GROUP BY batch_id, price) given
  JOIN batch ON batch.id = given.batch_id
 ORDER BY batch.title, given.batch_id, given.price DESC;

-- name: bonuses_of
SELECT bonus.amount, bonus.earned_at, batch.code, batch.title
  FROM bonus
  JOIN bonus_rule ON bonus_rule.id = bonus.rule_id
  JOIN batch ON batch.id = bonus_rule.batch_id
 WHERE bonus.worker_id = :worker AND bonus.earned_at >= :begins AND bonus.earned_at < :ends
 ORDER BY bonus.earned_at, bonus.id;

-- name: adjustments_of
SELECT amount, reason, made_at FROM adjustment
 WHERE worker_id = :worker AND made_at >= :begins AND made_at < :ends
 ORDER BY made_at, id;

-- name: payments_of
SELECT amount, note, paid_at FROM payment
 WHERE worker_id = :worker AND paid_at >= :begins AND paid_at < :ends
 ORDER BY paid_at, id;

-- name: payouts_of
-- Payouts that the books call paid within a stretch of time, and, below zero, those that came back.
SELECT payout.code, payout.gross, payout.income_tax, payout.local_tax, payout.net, transfer.code AS transfer_code,
       departed.posted_at, departed.sign
  FROM (SELECT payout.id, entry.posted_at, 1 AS sign
          FROM entry
          JOIN payout ON entry.source = 'paid:' || CAST(payout.id AS TEXT)
         WHERE entry.account = :account AND entry.posted_at >= :begins AND entry.posted_at < :ends
           AND payout.worker_id = :worker
         UNION ALL
        SELECT contradiction.payout_id AS id, entry.posted_at, CASE WHEN entry.amount < 0 THEN 1 ELSE -1 END AS sign
          FROM contradiction
          JOIN entry ON entry.source = CASE WHEN contradiction.said = 'paid' THEN 'late:' ELSE 'bounced:' END
                                    || CAST(contradiction.id AS TEXT)
         WHERE contradiction.worker_id = :worker AND entry.account = :available
           AND entry.posted_at >= :begins AND entry.posted_at < :ends) departed
  JOIN payout ON payout.id = departed.id
  LEFT JOIN transfer ON transfer.id = payout.transfer_id
 ORDER BY departed.posted_at, payout.id;

-- name: first_entry
SELECT CAST(COALESCE(MIN(posted_at), 0) AS BIGINT) AS first FROM entry WHERE account = :account;
