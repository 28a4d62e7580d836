/**
 * The workspace's tables, as numbered steps: step n brings a workspace of version n-1 to version n.
 * A released step is never edited; a change is a new step at the end.
 *
 * Vocabulary in docs/architecture.md. `source` is 0..5 in the order of SOURCES; `value` and `recency` lie in 0..1.
 * Every source file has its own table of accepted rows, rows_<id>, whose columns are those of source_columns
 * (id → user_id VARCHAR, the others c<ordinal>: text VARCHAR, number DOUBLE, time TIMESTAMP), rows in the order of the file.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE source_files (
    id INTEGER PRIMARY KEY, source VARCHAR NOT NULL, name VARCHAR NOT NULL, path VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL, bytes BIGINT NOT NULL, format VARCHAR NOT NULL, encoding VARCHAR, delimiter VARCHAR,
    read_rows BIGINT NOT NULL, accepted BIGINT NOT NULL, rejected BIGINT NOT NULL, duplicates BIGINT NOT NULL,
    imported_at TIMESTAMP NOT NULL
  );
  CREATE TABLE source_columns (
    file_id INTEGER NOT NULL, ordinal INTEGER NOT NULL, name VARCHAR NOT NULL, role VARCHAR NOT NULL,
    detected_role VARCHAR NOT NULL, reason VARCHAR NOT NULL, parse VARCHAR, PRIMARY KEY (file_id, ordinal)
  );
  -- How the file writes numbers that are not plain figures ("30-40", "<5000"); value is what they count as.
  CREATE TABLE number_words (file_id INTEGER NOT NULL, ordinal INTEGER NOT NULL, value DOUBLE NOT NULL, words VARCHAR NOT NULL);
  CREATE TABLE rejects (
    file_id INTEGER NOT NULL, line BIGINT NOT NULL, column_name VARCHAR, reason VARCHAR NOT NULL, raw VARCHAR
  );
  CREATE TABLE labels (name VARCHAR NOT NULL, user_id VARCHAR NOT NULL, value TINYINT NOT NULL, file_id INTEGER NOT NULL);
  CREATE TABLE segments (name VARCHAR NOT NULL, user_id VARCHAR NOT NULL, file_id INTEGER NOT NULL);

  CREATE TABLE customers (customer INTEGER NOT NULL, user_id VARCHAR NOT NULL);
  CREATE TABLE strings (
    string INTEGER NOT NULL, text VARCHAR NOT NULL, source TINYINT NOT NULL, kind TINYINT NOT NULL,
    column_name VARCHAR NOT NULL, value VARCHAR, df INTEGER NOT NULL
  );
  CREATE TABLE events (
    customer INTEGER NOT NULL, string INTEGER NOT NULL, source TINYINT NOT NULL,
    value REAL, recency REAL, n INTEGER NOT NULL
  );

  CREATE TABLE customer_index (customer INTEGER NOT NULL, events BLOB, tokens BLOB);
  CREATE TABLE string_embeddings (hash VARCHAR PRIMARY KEY, embedding BLOB NOT NULL);

  CREATE TABLE instructions (
    id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, version INTEGER NOT NULL, instruction VARCHAR NOT NULL,
    answer VARCHAR, contrast VARCHAR, soft_prompt BLOB, detail JSON, created_at TIMESTAMP NOT NULL
  );
  CREATE TABLE rankings (
    id INTEGER PRIMARY KEY, instruction_id INTEGER, instruction VARCHAR NOT NULL, answer VARCHAR, contrast VARCHAR,
    model VARCHAR NOT NULL, device VARCHAR, index_fingerprint VARCHAR, customers BIGINT NOT NULL,
    state VARCHAR NOT NULL, created_at TIMESTAMP NOT NULL
  );
  CREATE TABLE ranking_scores (ranking_id INTEGER NOT NULL, customer INTEGER NOT NULL, score REAL NOT NULL);
  `,
  `
  -- Tuned instructions: rows of instructions with a model. in_use: rankings use what the version learned; else it is history.
  ALTER TABLE instructions ADD COLUMN model VARCHAR;
  ALTER TABLE instructions ADD COLUMN in_use BOOLEAN DEFAULT true;
  -- label NULL: stands for the rest of the base.
  CREATE TABLE tuned_examples (instruction_id INTEGER NOT NULL, user_id VARCHAR NOT NULL, label TINYINT);
  -- Weights of strings; name is the text of a string without the range of a level, which moves with the data.
  CREATE TABLE tuned_strings (
    instruction_id INTEGER NOT NULL, source TINYINT NOT NULL, name VARCHAR NOT NULL, present DOUBLE NOT NULL, value DOUBLE NOT NULL
  );
  `,
  `
  -- Maps of all customers, in the order of their numbers, laid out by a ranking's instruction or (NULL) by everything
  -- known. positions and centres: float32 x, y; clusters: one byte each.
  CREATE TABLE maps (
    ranking_id INTEGER, index_fingerprint VARCHAR NOT NULL, positions BLOB NOT NULL, clusters BLOB NOT NULL,
    centres BLOB NOT NULL, labels JSON NOT NULL, created_at TIMESTAMP NOT NULL
  );
  `,
  `
  -- What a customer's rows of a file were read from: their number, and the sum of the hashes of their cells as written.
  CREATE TABLE row_hashes (file_id INTEGER NOT NULL, user_id VARCHAR NOT NULL, n BIGINT NOT NULL, hash HUGEINT NOT NULL);
  -- Files whose rows were added to those of an earlier one.
  CREATE TABLE source_additions (file_id INTEGER NOT NULL, name VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, bytes BIGINT NOT NULL, added_at TIMESTAMP NOT NULL);
  -- Deleted files until they are purged; their rows_<id>, columns and rejects stay where they are.
  CREATE TABLE removed_files AS SELECT *, now()::TIMESTAMP AS removed_at FROM source_files LIMIT 0;
  CREATE TABLE removed_labels AS FROM labels LIMIT 0;
  CREATE TABLE removed_segments AS FROM segments LIMIT 0;

  -- Of every customer: hash of all rows that the events were derived from, of those that the scale was measured on, of the events.
  CREATE TABLE customer_states (user_id VARCHAR NOT NULL, rows_hash HUGEINT NOT NULL, measured_hash HUGEINT, events_hash HUGEINT NOT NULL);
  -- Hash of the events that the tokens were made of. events NULL: still to be packed, under new numbers of strings.
  ALTER TABLE customer_index ADD COLUMN events_hash HUGEINT;

  -- The scale: what was measured over all customers and holds until it is measured again (docs/decisions/refresh.md).
  CREATE TABLE scale_plans (file_id INTEGER NOT NULL, plan JSON NOT NULL);
  CREATE TABLE scale_texts (
    text_id INTEGER NOT NULL, source TINYINT NOT NULL, text VARCHAR NOT NULL, kind TINYINT NOT NULL,
    column_name VARCHAR NOT NULL, raw VARCHAR
  );
  -- The text of every value of a column.
  CREATE TABLE scale_words (file_id INTEGER NOT NULL, ordinal INTEGER NOT NULL, cell VARCHAR NOT NULL, text_id INTEGER NOT NULL);
  -- Percentile of every value of a number: midpoint of its ties and their upper end, in millionths; its text where it has one.
  CREATE TABLE scale_levels (
    file_id INTEGER NOT NULL, measure VARCHAR NOT NULL, x DOUBLE NOT NULL, millionths BIGINT NOT NULL,
    reached BIGINT NOT NULL, text_id INTEGER
  );
  `,
  `
  -- Tuned instructions: what the analyst noted; whether the name stands for this version rather than for the newest in use;
  -- deleted ones stay until they are purged.
  ALTER TABLE instructions ADD COLUMN note VARCHAR;
  `,
  `ALTER TABLE instructions ADD COLUMN chosen BOOLEAN DEFAULT false;`,
  `ALTER TABLE instructions ADD COLUMN deleted_at TIMESTAMP;`,
  `
  -- Fits of the learned path to this workspace. weights: the best so far, float32; checkpoint: where a fit goes on, weights and
  -- AdamW's moments. state: running, kept, not-kept. scores: mean AUC over the held-back questions.
  CREATE TABLE fits (
    fit_id INTEGER PRIMARY KEY, state VARCHAR NOT NULL, plan JSON NOT NULL, index_fingerprint VARCHAR NOT NULL, model VARCHAR NOT NULL,
    started_at TIMESTAMP NOT NULL, seconds DOUBLE NOT NULL, step INTEGER NOT NULL, curve JSON NOT NULL, verdict JSON,
    weights BLOB, checkpoint BLOB, deleted_at TIMESTAMP
  );
  `,
  `
  -- Answers to suggested customers, before an instruction is tuned by them.
  CREATE TABLE tuned_answers (instruction VARCHAR NOT NULL, user_id VARCHAR NOT NULL, label TINYINT NOT NULL, answered_at TIMESTAMP NOT NULL);
  `,
  `
  -- Hash of a finished fit with its model, by which rankings know it.
  ALTER TABLE fits ADD COLUMN hash VARCHAR;
  `,
  `
  -- Where the added file lay, so that a recipe can name it; NULL: added before this was kept.
  ALTER TABLE source_additions ADD COLUMN path VARCHAR;
  `,
];

/** The version this build writes and the newest it can open. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Written into meta on creation; its absence means that a DuckDB file is somebody else's. */
export const APPLICATION = 'instructue-desktop';
