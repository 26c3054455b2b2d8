-- What people were told long ago is deleted a little at a time; each of these finds the oldest, or what still needs it.

DROP INDEX outbox_state;
CREATE INDEX outbox_state ON outbox (state, due_at);

CREATE INDEX reminder_over ON reminder (expires_at) WHERE state IN ('sent', 'dropped');
CREATE INDEX reminder_message ON reminder (outbox_id) WHERE outbox_id IS NOT NULL;

CREATE INDEX slice_over ON slice (ends_at) WHERE state = 'ended';
DROP INDEX assignment_slice;
CREATE INDEX assignment_slice ON assignment (slice_id) WHERE slice_id IS NOT NULL;

CREATE INDEX digest_told ON digest (told_at);
