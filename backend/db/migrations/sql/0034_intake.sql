-- What a call was found to be, by which protocol; whom it was handed to; why a request waits; which requests are one call.

ALTER TABLE request
  ADD COLUMN reason_code text,
  ADD COLUMN protocol_version text,
  ADD COLUMN red_flags text[] NOT NULL DEFAULT '{}',
  ADD COLUMN redirected_to text,
  ADD COLUMN on_hold_reason text,
  ADD COLUMN on_hold_note text,
  ADD COLUMN joined_to uuid[] NOT NULL DEFAULT '{}',
  ADD COLUMN joined_gave text[] NOT NULL DEFAULT '{}';
