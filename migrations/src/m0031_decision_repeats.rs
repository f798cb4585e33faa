//! Decisions that were made again on equal evidence are counted on the row of the first.

use crate::dialect::migration;

migration!(
    r"
ALTER TABLE decisions ADD COLUMN repeats @int NOT NULL DEFAULT 0;
ALTER TABLE decisions ADD COLUMN repeated_at @int;
"
);
