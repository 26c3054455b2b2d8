-- name: by_telegram
SELECT person.*, COALESCE(reminding.timezone, '') AS timezone
  FROM person LEFT JOIN reminding ON reminding.person_id = person.id
 WHERE person.telegram_id = :telegram;

-- name: find
SELECT person.*, COALESCE(reminding.timezone, '') AS timezone
  FROM person LEFT JOIN reminding ON reminding.person_id = person.id
 WHERE person.id = :person;

-- name: by_code
SELECT person.*, COALESCE(reminding.timezone, '') AS timezone
  FROM person LEFT JOIN reminding ON reminding.person_id = person.id
 WHERE person.code = :code;

-- name: add
INSERT INTO person (telegram_id, code, name, username, language, reads, is_worker, is_coordinator, is_owner,
                    all_projects, reachable, card_has_picture, created_at)
VALUES (:telegram, :code, :name, :username, :language, :language, 0, 0, 0, 0, 1, 0, :now)
ON CONFLICT (telegram_id) DO UPDATE
   SET name = excluded.name, username = excluded.username, reachable = 1
RETURNING id;

-- name: grant
-- Roles only ever add up here; taking one away has statements of its own.
UPDATE person
   SET is_worker = CASE WHEN :worker = 1 THEN 1 ELSE is_worker END, is_coordinator = CASE WHEN :coordinator = 1 THEN 1 ELSE is_coordinator END,
       is_owner = CASE WHEN :owner = 1 THEN 1 ELSE is_owner END, all_projects = CASE WHEN :everything = 1 THEN 1 ELSE all_projects END
 WHERE id = :person;

-- name: expect
UPDATE person SET expects = :expects WHERE id = :person;

-- name: card
UPDATE person SET card_message_id = :message, card_has_picture = :picture WHERE id = :person;

-- name: reachable
UPDATE person SET reachable = :reachable WHERE telegram_id = :telegram;

-- name: speak
UPDATE person SET language = :language WHERE id = :person;

-- name: read
UPDATE person SET reads = :reads WHERE id = :person;

-- name: consent
UPDATE person SET consent_version = :version, consent_at = :now WHERE id = :person;

-- name: coordinators
SELECT person.*, (SELECT COUNT(*) FROM batch WHERE batch.coordinator_id = person.id AND batch.state <> 'discarded') AS batches
  FROM person WHERE is_coordinator = 1 ORDER BY name, id;

-- name: owners
SELECT * FROM person WHERE is_owner = 1 ORDER BY id;

-- name: disown
-- What is left of an owner is a coordinator, who can be dismissed.
UPDATE person SET is_owner = 0, is_coordinator = 1 WHERE id = :person AND is_owner = 1;

-- name: dismiss
UPDATE person SET is_coordinator = 0 WHERE id = :person AND is_owner = 0 AND is_coordinator = 1;

-- name: join_project
INSERT INTO member (project_id, person_id, joined_at) VALUES (:project, :person, :now)
ON CONFLICT (project_id, person_id) DO NOTHING;

-- name: setting
SELECT value FROM setting WHERE name = :name;

-- name: set
INSERT INTO setting (name, value, changed_at, changed_by) VALUES (:name, :value, :now, :person)
ON CONFLICT (name) DO UPDATE
   SET value = excluded.value, changed_at = excluded.changed_at, changed_by = excluded.changed_by;

-- name: add_invite
INSERT INTO invite (code_hash, role, project_id, uses_left, expires_at, created_by, created_at)
VALUES (:hash, :role, :project, :uses, :expires, :person, :now)
RETURNING id;

-- name: invite
SELECT id, role, project_id, uses_left, expires_at, created_by FROM invite WHERE code_hash = :hash;

-- name: use_invite
UPDATE invite SET uses_left = uses_left - 1 WHERE id = :invite AND uses_left > 0 AND expires_at > :now;

-- name: invite_used
INSERT INTO invite_use (invite_id, person_id, used_at) VALUES (:invite, :person, :now)
ON CONFLICT (invite_id, person_id) DO NOTHING;

-- name: take_over
-- The batches and projects of somebody who is no coordinator any more go to an owner.
UPDATE batch SET coordinator_id = :owner WHERE coordinator_id = :person;

-- name: take_over_projects
UPDATE project SET coordinator_id = :owner WHERE coordinator_id = :person;

-- name: used_invite
SELECT invite.id FROM invite JOIN invite_use ON invite_use.invite_id = invite.id
 WHERE invite.code_hash = :hash AND invite_use.person_id = :person;

-- name: project
SELECT id, title, coordinator_id FROM project WHERE id = :project;

-- name: projects
SELECT id, title FROM project WHERE coordinator_id = :person OR :everything = 1 ORDER BY id DESC LIMIT 20;
