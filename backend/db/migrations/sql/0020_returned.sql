-- What a bag held when it left and what it brought back: doses by product, and tests.

ALTER TABLE round
  ADD COLUMN doses_returned text[] NOT NULL DEFAULT '{}',
  ADD COLUMN tests_carried bigint,
  ADD COLUMN tests_returned bigint;
