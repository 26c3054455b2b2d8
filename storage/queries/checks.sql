-- What holds in a sound database, each as a search for what breaks it: `what` is broken, `difference` says by how much.

-- name: all_entries_sum_to_zero
SELECT 'the ledger' AS what, difference
  FROM (SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS difference FROM entry) summed
 WHERE difference <> 0;

-- name: postings_sum_to_zero
SELECT source AS what, CAST(SUM(amount) AS BIGINT) AS difference
  FROM entry
 GROUP BY source
HAVING SUM(amount) <> 0
 ORDER BY source
 LIMIT 20;

-- name: balances_equal_their_entries
SELECT account AS what, CAST(SUM(amount) AS BIGINT) AS difference
  FROM (SELECT account, amount FROM balance
         UNION ALL
        SELECT account, -amount AS amount FROM entry
         WHERE account LIKE 'pending:%' OR account LIKE 'available:%' OR account LIKE 'payout:%'
            OR account LIKE 'paid:%' OR account LIKE 'income_tax:%' OR account LIKE 'local_tax:%') compared
 GROUP BY account
HAVING SUM(amount) <> 0
 ORDER BY account
 LIMIT 20;

-- name: balances_are_not_negative
SELECT account AS what, amount AS difference FROM balance WHERE amount < 0 ORDER BY account LIMIT 20;

-- name: reserved_money_is_not_overspent
SELECT account AS what, CAST(SUM(amount) AS BIGINT) AS difference
  FROM entry
 WHERE account LIKE 'escrow:%' OR account LIKE 'gold:%' OR account LIKE 'reserve:%' OR account LIKE 'bonus:%'
 GROUP BY account
HAVING SUM(amount) < 0
 ORDER BY account
 LIMIT 20;

-- name: workers_have_what_they_earned
-- A worker's money, wherever it is, is together their paid answers, their bonuses and what was corrected by hand.
SELECT 'worker ' || worker AS what, CAST(SUM(amount) AS BIGINT) AS difference
  FROM (SELECT SUBSTR(account, 9) AS worker, amount FROM balance WHERE account LIKE 'pending:%'
         UNION ALL
        SELECT SUBSTR(account, 11) AS worker, amount FROM balance WHERE account LIKE 'available:%'
         UNION ALL
        SELECT SUBSTR(account, 8) AS worker, amount FROM balance WHERE account LIKE 'payout:%'
         UNION ALL
        SELECT SUBSTR(account, 6) AS worker, amount FROM balance WHERE account LIKE 'paid:%'
         UNION ALL
        SELECT SUBSTR(account, 12) AS worker, amount FROM balance WHERE account LIKE 'income_tax:%'
         UNION ALL
        SELECT SUBSTR(account, 11) AS worker, amount FROM balance WHERE account LIKE 'local_tax:%'
         UNION ALL
        SELECT CAST(worker_id AS TEXT) AS worker, -price AS amount FROM answer
         WHERE undone = 0 AND rejection_id IS NULL AND price > 0
         UNION ALL
        SELECT CAST(worker_id AS TEXT) AS worker, -amount AS amount FROM bonus
         UNION ALL
        SELECT CAST(worker_id AS TEXT) AS worker, -amount AS amount FROM adjustment) compared
 GROUP BY worker
HAVING SUM(amount) <> 0
 ORDER BY worker
 LIMIT 20;

-- name: pending_money_equals_unsettled_answers
SELECT account AS what, CAST(SUM(amount) AS BIGINT) AS difference
  FROM (SELECT account, amount FROM balance WHERE account LIKE 'pending:%'
         UNION ALL
        SELECT 'pending:' || CAST(worker_id AS TEXT) AS account, -price AS amount
          FROM answer WHERE settlement_id IS NULL AND rejection_id IS NULL AND undone = 0 AND price > 0) compared
 GROUP BY account
HAVING SUM(amount) <> 0
 ORDER BY account
 LIMIT 20;

-- name: paid_money_equals_payments
-- What was paid is what was booked by hand, and the net amounts that the bank has moved.
SELECT account AS what, CAST(SUM(amount) AS BIGINT) AS difference
  FROM (SELECT account, amount FROM balance
         WHERE account LIKE 'paid:%' OR account LIKE 'income_tax:%' OR account LIKE 'local_tax:%'
         UNION ALL
        SELECT 'paid:' || CAST(worker_id AS TEXT) AS account, -amount AS amount FROM payment
         UNION ALL
        SELECT 'paid:' || CAST(worker_id AS TEXT) AS account, -net AS amount FROM payout WHERE state = 'paid'
         UNION ALL
        SELECT 'income_tax:' || CAST(worker_id AS TEXT) AS account, -income_tax AS amount
          FROM payout WHERE state = 'paid'
         UNION ALL
        SELECT 'local_tax:' || CAST(worker_id AS TEXT) AS account, -local_tax AS amount
          FROM payout WHERE state = 'paid') compared
 GROUP BY account
HAVING SUM(amount) <> 0
 ORDER BY account
 LIMIT 20;

-- name: money_in_payout_equals_open_payouts
SELECT account AS what, CAST(SUM(amount) AS BIGINT) AS difference
  FROM (SELECT account, amount FROM balance WHERE account LIKE 'payout:%'
         UNION ALL
        SELECT 'payout:' || CAST(worker_id AS TEXT) AS account, -gross AS amount
          FROM payout WHERE state IN ('asked', 'approved', 'sent')) compared
 GROUP BY account
HAVING SUM(amount) <> 0
 ORDER BY account
 LIMIT 20;

-- name: payouts_add_up
SELECT 'payout ' || CAST(id AS TEXT) AS what, gross - income_tax - local_tax - net AS difference
  FROM payout
 WHERE gross <> income_tax + local_tax + net
 ORDER BY id
 LIMIT 20;

-- name: transfers_equal_their_payouts
SELECT 'transfer ' || CAST(transfer_id AS TEXT) AS what, CAST(SUM(net) AS BIGINT) AS difference
  FROM (SELECT id AS transfer_id, payouts, gross, income_tax, local_tax, net
          FROM transfer WHERE state <> 'cancelled'
         UNION ALL
        SELECT payout.transfer_id, -1 AS payouts, -payout.gross AS gross, -payout.income_tax AS income_tax,
               -payout.local_tax AS local_tax, -payout.net AS net
          FROM payout JOIN transfer ON transfer.id = payout.transfer_id
         WHERE transfer.state <> 'cancelled') compared
 GROUP BY transfer_id
HAVING SUM(payouts) <> 0 OR SUM(gross) <> 0 OR SUM(income_tax) <> 0 OR SUM(local_tax) <> 0 OR SUM(net) <> 0
 ORDER BY transfer_id
 LIMIT 20;

-- name: payouts_follow_their_transfers
-- A payout is as far as its transfer; without one it is asked for or taken back. Of a transfer that was given up there
-- is what the bank has moved all the same.
SELECT 'payout ' || CAST(payout.id AS TEXT) AS what, payout.gross AS difference
  FROM payout
  LEFT JOIN transfer ON transfer.id = payout.transfer_id
 WHERE CASE WHEN payout.transfer_id IS NULL AND payout.state IN ('asked', 'cancelled') THEN 0
            WHEN transfer.state = 'prepared' AND payout.state = 'asked' THEN 0
            WHEN transfer.state = 'approved' AND payout.state = 'approved' THEN 0
            WHEN transfer.state = 'sent' AND payout.state IN ('sent', 'paid', 'failed') THEN 0
            WHEN transfer.state = 'closed' AND payout.state IN ('paid', 'failed') THEN 0
            WHEN transfer.state = 'cancelled' AND payout.state IN ('paid', 'failed') THEN 0
            ELSE 1 END = 1
 ORDER BY payout.id
 LIMIT 20;

-- name: disputed_money_equals_open_rejections
SELECT account AS what, CAST(SUM(amount) AS BIGINT) AS difference
  FROM (SELECT account, amount FROM entry WHERE account LIKE 'disputed:%'
         UNION ALL
        SELECT 'disputed:' || CAST(batch_id AS TEXT) AS account, -amount AS amount
          FROM rejection
         WHERE state IN ('told', 'agreed', 'appealed', 'denied') AND released_at IS NULL) compared
 GROUP BY account
HAVING SUM(amount) <> 0
 ORDER BY account
 LIMIT 20;

-- name: rejected_answers_have_their_rejections
SELECT 'answer ' || CAST(answer_id AS TEXT) AS what, COUNT(*) AS difference
  FROM (SELECT id AS answer_id, rejection_id FROM answer WHERE rejection_id IS NOT NULL
         UNION ALL
        SELECT answer_id, id AS rejection_id FROM rejection
         WHERE state IN ('told', 'agreed', 'appealed', 'denied')) compared
 GROUP BY answer_id, rejection_id
HAVING COUNT(*) <> 2
 ORDER BY answer_id
 LIMIT 20;

-- name: bonuses_stay_within_their_rules
SELECT 'bonus rule ' || CAST(bonus_rule.id AS TEXT) AS what,
       CAST(SUM(bonus.amount) AS BIGINT) - bonus_rule.most AS difference
  FROM bonus_rule JOIN bonus ON bonus.rule_id = bonus_rule.id
 GROUP BY bonus_rule.id, bonus_rule.most
HAVING SUM(bonus.amount) > bonus_rule.most
 ORDER BY bonus_rule.id
 LIMIT 20;

-- name: budgets_are_not_overdrawn
-- Of coordinators who have a budget; of the others the account tells what they have spent.
SELECT entry.account AS what, CAST(SUM(entry.amount) AS BIGINT) AS difference
  FROM entry JOIN person ON entry.account = 'budget:' || CAST(person.id AS TEXT)
 WHERE person.has_budget = 1
 GROUP BY entry.account
HAVING SUM(entry.amount) < 0
 ORDER BY entry.account
 LIMIT 20;

-- name: answers_are_posted
SELECT 'answer ' || CAST(answer.id AS TEXT) AS what, answer.price - COALESCE(entry.amount, 0) AS difference
  FROM answer
  LEFT JOIN entry
    ON entry.source = 'answer:' || CAST(answer.assignment_id AS TEXT) || ':' || CAST(answer.revision AS TEXT)
   AND entry.account = 'pending:' || CAST(answer.worker_id AS TEXT)
 WHERE answer.price > 0 AND (entry.amount IS NULL OR entry.amount <> answer.price)
 ORDER BY answer.id
 LIMIT 20;

-- name: undone_answers_are_taken_back
SELECT 'answer ' || CAST(answer.id AS TEXT) AS what, answer.price + COALESCE(entry.amount, 0) AS difference
  FROM answer
  LEFT JOIN entry
    ON entry.source = 'undo:' || CAST(answer.assignment_id AS TEXT) || ':' || CAST(answer.revision AS TEXT)
   AND entry.account = 'pending:' || CAST(answer.worker_id AS TEXT)
 WHERE answer.undone = 1 AND answer.price > 0 AND (entry.amount IS NULL OR entry.amount <> -answer.price)
 ORDER BY answer.id
 LIMIT 20;

-- name: undone_answers_are_not_settled
SELECT 'answer ' || CAST(id AS TEXT) AS what, price AS difference
  FROM answer
 WHERE undone = 1 AND settlement_id IS NOT NULL
 ORDER BY id
 LIMIT 20;

-- name: settlements_equal_their_answers
SELECT 'settlement ' || CAST(settlement_id AS TEXT) AS what, CAST(SUM(amount) AS BIGINT) AS difference
  FROM (SELECT id AS settlement_id, worker_id, answers, amount FROM settlement
         UNION ALL
        SELECT settlement_id, worker_id, -1 AS answers, -price AS amount
          FROM answer WHERE settlement_id IS NOT NULL) compared
 GROUP BY settlement_id, worker_id
HAVING SUM(amount) <> 0 OR SUM(answers) <> 0
 ORDER BY settlement_id
 LIMIT 20;

-- name: settlements_are_posted
SELECT 'settlement ' || CAST(settlement.id AS TEXT) AS what, settlement.amount - COALESCE(entry.amount, 0) AS difference
  FROM settlement
  LEFT JOIN entry
    ON entry.source = 'settle:' || CAST(settlement.id AS TEXT)
   AND entry.account = 'available:' || CAST(settlement.worker_id AS TEXT)
 WHERE entry.amount IS NULL OR entry.amount <> settlement.amount
 ORDER BY settlement.id
 LIMIT 20;

-- name: payments_are_posted
SELECT 'payment ' || CAST(payment.id AS TEXT) AS what, payment.amount - COALESCE(entry.amount, 0) AS difference
  FROM payment
  LEFT JOIN entry
    ON entry.source = 'payment:' || CAST(payment.id AS TEXT)
   AND entry.account = 'paid:' || CAST(payment.worker_id AS TEXT)
 WHERE entry.amount IS NULL OR entry.amount <> payment.amount
 ORDER BY payment.id
 LIMIT 20;

-- name: payouts_are_posted
SELECT 'payout ' || CAST(payout.id AS TEXT) AS what, payout.gross - COALESCE(entry.amount, 0) AS difference
  FROM payout
  LEFT JOIN entry
    ON entry.source = 'payout:' || CAST(payout.id AS TEXT)
   AND entry.account = 'payout:' || CAST(payout.worker_id AS TEXT)
 WHERE entry.amount IS NULL OR entry.amount <> payout.gross
 ORDER BY payout.id
 LIMIT 20;

-- name: bonuses_are_posted
SELECT 'bonus ' || CAST(bonus.id AS TEXT) AS what, bonus.amount - COALESCE(entry.amount, 0) AS difference
  FROM bonus
  LEFT JOIN entry
    ON entry.source = 'bonus:' || CAST(bonus.id AS TEXT)
   AND entry.account = 'available:' || CAST(bonus.worker_id AS TEXT)
 WHERE entry.amount IS NULL OR entry.amount <> bonus.amount
 ORDER BY bonus.id
 LIMIT 20;

-- name: fundings_are_posted
SELECT 'funding ' || CAST(funding.id AS TEXT) AS what, funding.amount - COALESCE(entry.amount, 0) AS difference
  FROM funding
  LEFT JOIN entry
    ON entry.source = 'fund:' || CAST(funding.id AS TEXT)
   AND entry.account = 'budget:' || CAST(funding.coordinator_id AS TEXT)
 WHERE entry.amount IS NULL OR entry.amount <> funding.amount
 ORDER BY funding.id
 LIMIT 20;

-- name: workers_answer_a_task_once
SELECT 'task ' || CAST(task_id AS TEXT) || ', worker ' || CAST(worker_id AS TEXT) AS what, COUNT(*) AS difference
  FROM answer
 WHERE undone = 0
 GROUP BY task_id, worker_id
HAVING COUNT(*) > 1
 ORDER BY task_id, worker_id
 LIMIT 20;

-- name: assignments_have_their_answers
-- A closed assignment has one standing answer, of its revision and its state; an open one has none.
SELECT 'assignment ' || CAST(assignment.id AS TEXT) AS what, COUNT(answer.id) AS difference
  FROM assignment
  LEFT JOIN answer ON answer.assignment_id = assignment.id AND answer.undone = 0
 GROUP BY assignment.id, assignment.state, assignment.revision
HAVING SUM(CASE WHEN answer.revision = assignment.revision
                 AND assignment.state = CASE WHEN answer.status IN ('skipped', 'reported') THEN answer.status
                                             ELSE 'answered' END
                THEN 1 ELSE 0 END) <> CASE WHEN assignment.state IN ('held', 'expired') THEN 0 ELSE 1 END
    OR COUNT(answer.id) <> CASE WHEN assignment.state IN ('held', 'expired') THEN 0 ELSE 1 END
 ORDER BY assignment.id
 LIMIT 20;

-- name: tasks_count_their_answers
SELECT 'task ' || CAST(task_id AS TEXT) AS what, CAST(SUM(answers) AS BIGINT) AS difference
  FROM (SELECT id AS task_id, counted AS answers FROM task
         UNION ALL
        SELECT task_id, -1 AS answers FROM answer WHERE undone = 0 AND status = 'counted') compared
 GROUP BY task_id
HAVING SUM(answers) <> 0
 ORDER BY task_id
 LIMIT 20;

-- name: doubts_equal_the_votes
-- Of answers in review: gold tells, or the most votes for other labels less all votes but its own for the same.
SELECT 'answer ' || CAST(id AS TEXT) AS what, doubt - told AS difference
  FROM (SELECT answer.id, answer.doubt,
               CASE WHEN task.gold = answer.labels THEN 0
                    WHEN task.gold <> answer.labels THEN 1000
                    ELSE MAX(CASE WHEN vote.labels <> answer.labels THEN vote.votes ELSE 0 END)
                       - MAX(CASE WHEN vote.labels = answer.labels THEN vote.votes - 1 ELSE 0 END) END AS told
          FROM answer
          JOIN task ON task.id = answer.task_id
          JOIN (SELECT task_id, labels, COUNT(*) AS votes FROM answer
                 WHERE undone = 0 AND status = 'counted' GROUP BY task_id, labels) vote
            ON vote.task_id = answer.task_id
         WHERE answer.undone = 0 AND answer.status = 'counted' AND answer.settlement_id IS NULL
         GROUP BY answer.id, answer.doubt, answer.labels, task.gold) compared
 WHERE doubt <> told
 ORDER BY id
 LIMIT 20;

-- name: tasks_stay_within_their_overlap
SELECT 'task ' || CAST(task.id AS TEXT) AS what, task.counted - batch.overlap_most AS difference
  FROM task
  JOIN batch ON batch.id = task.batch_id
 WHERE task.gold IS NULL AND (task.counted > batch.overlap_most OR task.wanted > batch.overlap_most)
 ORDER BY task.id
 LIMIT 20;

-- name: slots_add_up
-- Every wanted answer of a task is free, held or counted.
SELECT 'task ' || CAST(task_id AS TEXT) AS what, CAST(SUM(slots) AS BIGINT) AS difference
  FROM (SELECT id AS task_id, open_slots + counted - wanted AS slots FROM task
         WHERE gold IS NULL AND state <> 'dropped'
         UNION ALL
        SELECT assignment.task_id, 1 AS slots
          FROM assignment
          JOIN task ON task.id = assignment.task_id
         WHERE assignment.state = 'held' AND task.gold IS NULL AND task.state <> 'dropped') compared
 GROUP BY task_id
HAVING SUM(slots) <> 0
 ORDER BY task_id
 LIMIT 20;

-- name: queues_hold_the_open_tasks
-- A published task stands in the queue exactly while it is open and has a free slot.
SELECT 'task ' || CAST(task.id AS TEXT) AS what, task.open_slots AS difference
  FROM task
  JOIN batch ON batch.id = task.batch_id
 WHERE batch.state IN ('open', 'paused', 'closed')
   AND CASE WHEN task.place IS NULL THEN 0 ELSE 1 END
    <> CASE WHEN task.state = 'open' AND task.gold IS NULL AND task.open_slots > 0 THEN 1 ELSE 0 END
 ORDER BY task.id
 LIMIT 20;

-- name: batches_count_their_answers
SELECT 'batch ' || CAST(batch_id AS TEXT) AS what,
       CAST(ABS(SUM(counted)) + ABS(SUM(late)) + ABS(SUM(gold)) AS BIGINT) AS difference
  FROM (SELECT batch_id, counted, late, gold, spent FROM batch_count
         UNION ALL
        SELECT batch_id,
               CASE WHEN status = 'counted' AND is_gold = 0 THEN -1 ELSE 0 END AS counted,
               CASE WHEN status = 'late' THEN -1 ELSE 0 END AS late,
               -is_gold AS gold,
               -price AS spent
          FROM answer WHERE undone = 0 AND labels IS NOT NULL AND rejection_id IS NULL) compared
 GROUP BY batch_id
HAVING SUM(counted) <> 0 OR SUM(late) <> 0 OR SUM(gold) <> 0 OR SUM(spent) <> 0
 ORDER BY batch_id
 LIMIT 20;

-- name: batches_count_their_finished_tasks
SELECT 'batch ' || CAST(batch_id AS TEXT) AS what, CAST(SUM(finished) AS BIGINT) AS difference
  FROM (SELECT batch_id, finished FROM batch_count
         UNION ALL
        SELECT batch_id, -1 AS finished FROM task WHERE gold IS NULL AND state <> 'open') compared
 GROUP BY batch_id
HAVING SUM(finished) <> 0
 ORDER BY batch_id
 LIMIT 20;

-- name: waiting_tasks_are_in_running_slices
-- A task that waits for a worker whom no card has shown it does so in a slice of theirs that has not ended.
SELECT 'assignment ' || CAST(assignment.id AS TEXT) AS what, 1 AS difference
  FROM assignment
  LEFT JOIN slice ON slice.id = assignment.slice_id AND slice.worker_id = assignment.worker_id
   AND slice.batch_id = assignment.batch_id AND slice.state IN ('cut', 'held')
 WHERE assignment.state = 'held' AND assignment.leased_at = 0 AND slice.id IS NULL
 ORDER BY assignment.id
 LIMIT 20;

-- name: nobody_is_told_who_is_held_out
SELECT 'batch ' || CAST(batch_id AS TEXT) || ', person ' || CAST(person_id AS TEXT) AS what, 1 AS difference
  FROM invitation
 WHERE is_held_out = 1
   AND (told_at IS NOT NULL OR EXISTS (
       SELECT 1 FROM slice WHERE slice.batch_id = invitation.batch_id AND slice.worker_id = invitation.person_id))
 ORDER BY batch_id, person_id
 LIMIT 20;

-- name: transfers_are_approved_by_a_second_person
-- Or by their maker, where an owner had said to be alone and nobody had come since; a deed tells both.
SELECT 'transfer ' || CAST(transfer.id AS TEXT) AS what, transfer.net AS difference
  FROM transfer
 WHERE transfer.state IN ('approved', 'sent', 'closed')
   AND (transfer.approved_by IS NULL
        OR (transfer.approved_by = transfer.made_by
            AND NOT EXISTS (
                SELECT 1 FROM deed said
                 WHERE said.action = 'alone' AND said.detail = 'on' AND said.done_at <= transfer.approved_at
                   AND NOT EXISTS (
                       SELECT 1 FROM deed unsaid
                        WHERE unsaid.action = 'alone' AND unsaid.detail = 'off' AND unsaid.id > said.id
                          AND unsaid.done_at < transfer.approved_at))))
 ORDER BY transfer.id
 LIMIT 20;
