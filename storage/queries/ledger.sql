-- name: enter
INSERT INTO entry (source, account, amount, posted_at) VALUES (:source, :account, :amount, :now)
ON CONFLICT (source, account) DO NOTHING;

-- name: entered
SELECT amount FROM entry WHERE source = :source AND account = :account;

-- name: add_to_balance
INSERT INTO balance (account, amount) VALUES (:account, :amount)
ON CONFLICT (account) DO UPDATE SET amount = balance.amount + excluded.amount;

-- name: balance
SELECT amount FROM balance WHERE account = :account;

-- name: sum
SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount FROM entry WHERE account = :account;

-- name: add_settlement
INSERT INTO settlement (worker_id, answers, amount, settled_at) VALUES (:worker, 0, 0, :now) RETURNING id;

-- name: fill_settlement
UPDATE settlement SET answers = :answers, amount = :amount WHERE id = :settlement;

-- name: add_payment
INSERT INTO payment (worker_id, amount, note, paid_at) VALUES (:worker, :amount, :note, :now) RETURNING id;

-- name: payable
SELECT person.id, person.code, person.name, balance.amount
  FROM balance
  JOIN person ON balance.account = 'available:' || CAST(person.id AS TEXT)
 WHERE balance.amount > 0
 ORDER BY person.name, person.id;
