-- A page of a tablet is an entry of some two thousand random ids. They hardly compress, and trying took PostgreSQL a tenth
-- of its time for the whole page. Entries that stand already stay as they are.

ALTER TABLE journal ALTER COLUMN subject_ids SET STORAGE EXTERNAL;

-- A tablet that begins to hold eighty buckets looked the territory up and locked it eighty times. Each row refers to the
-- installation, which refers to the territory; row-level security lets the transaction write into no other: decision 0029.
ALTER TABLE held_bucket DROP CONSTRAINT held_bucket_territory_id_fkey;
