-- Requests that are one call: few, and looked up for every list. What a join gave needs no column: nothing is written on the one that stays.

ALTER TABLE request DROP COLUMN joined_gave;
CREATE INDEX request_joined ON request (territory_id, id) WHERE joined_to <> '{}';
