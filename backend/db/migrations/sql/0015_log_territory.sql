-- Rows of the log are many and each was checked against its territory by a look-up and a lock of the one row that all pushes
-- share. Who writes them holds the row of the installation, which refers to the territory, and row-level security lets the
-- transaction write into no other: decision 0029.

ALTER TABLE op DROP CONSTRAINT op_territory_id_fkey;
ALTER TABLE record DROP CONSTRAINT record_territory_id_fkey;
ALTER TABLE feed DROP CONSTRAINT feed_territory_id_fkey;
ALTER TABLE bucket DROP CONSTRAINT bucket_territory_id_fkey;
