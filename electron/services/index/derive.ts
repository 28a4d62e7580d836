import { createHash, randomUUID } from 'node:crypto';
import { AppError } from '../errors.js';
import { hashOlderFiles } from '../import/known-ids.js';
import { defineValueMacros } from '../import/values.js';
import { throwIfCancelled, unattended, type Task } from '../task.js';
import type { Workspace } from '../workspace/workspace.js';
import { followCustomers, renumberCustomers } from './customer-numbers.js';
import { closeRows, derivedFiles, openRows, type DerivedFile } from './derived-file.js';
import { heldNow, isNear, isNearInTime, type Measured } from './drift.js';
import { addEvents } from './event-facts.js';
import { planEvents, type EventPlan } from './event-plan.js';
import { addToEvents, countOwners, eventHashes, prepareFacts } from './events.js';
import { hideCondition, type Hide } from './hide.js';
import { addProfile, planProfile, skippedColumns, type ProfilePlan } from './profile.js';
import { clearScale, keepPlan, readPlan, type Scale } from './scale.js';
import { addSummaries } from './summaries.js';
import { defineTextMacros } from './text.js';

/** Raise when the meaning of strings or events changes, so that existing workspaces derive again. */
const DERIVE_VERSION = 4;

export interface DeriveReport {
  /** False when nothing changed since the last time, and nothing was done. */
  derived: boolean;
  /** Whether percentiles and texts were measured over all customers now; false when those measured before still hold. */
  measured: boolean;
  /** Customers whose events were derived now. */
  changed: number;
  customers: number;
  strings: number;
  events: number;
  /** Rows hidden, per file name. */
  hidden: Record<string, number>;
  /** Columns left out, and why. */
  skipped: string[];
}

/** What the scale keeps of a file. */
interface FilePlan extends Measured {
  events?: EventPlan;
  profile?: ProfilePlan;
}

/**
 * Turns the accepted rows into customers, strings and events (see docs/derive.md for their exact meaning). One transaction.
 * The first time, and whenever files, roles or hidden rows change, what is common to all customers is measured: the same
 * rows then give the same tables, row for row. When only rows changed, the customers concerned are derived by what was
 * measured before, as long as it is near enough to what it would be now.
 * @param hides rows to leave out before anything is computed
 * @param options.measureAgain measure even when it is not needed
 * @throws AppError no-sources, unknown-column
 */
export async function derive(
  workspace: Workspace,
  hides: Hide[] = [],
  task: Task = unattended,
  { measureAgain = false } = {},
): Promise<DeriveReport> {
  const files = await derivedFiles(workspace);
  checkInput(workspace, files, hides);
  const [plan, contents] = await fingerprints(workspace, files, hides);
  if (!measureAgain && (await workspace.meta('derive_fingerprint')) === contents) {
    return { ...(await derivedState(workspace)), derived: false, measured: false, changed: 0, hidden: {} };
  }
  await defineValueMacros(workspace);
  await defineTextMacros(workspace);
  return workspace.transaction(async () => {
    await hashOlderFiles(workspace);
    await workspace.run(`
      CREATE OR REPLACE TEMP TABLE derive_now AS
      SELECT user_id, sum(hash(file_id, n, hash)) AS rows_hash FROM row_hashes WHERE file_id IN (${files.map(({ id }) => id).join(', ')}) GROUP BY user_id`);
    const derivation = { workspace, files, hides, task };
    const holds = !measureAgain && (await workspace.meta('derive_plan')) === plan && (await isScaleNear(derivation));
    const some = holds ? await deriveChanged(derivation) : undefined;
    const done = some ?? (await deriveAll(derivation));
    await workspace.run('DROP TABLE derive_now');
    await workspace.setMeta('derive_fingerprint', contents);
    await workspace.setMeta('derive_plan', plan);
    await workspace.setMeta('derivation', randomUUID());
    task.progress({ stage: 'derive', done: files.length, total: files.length });
    return { ...(await derivedState(workspace)), ...done, derived: true, measured: some === undefined };
  });
}

function checkInput(workspace: Workspace, files: readonly DerivedFile[], hides: readonly Hide[]): void {
  if (files.length === 0)
    throw new AppError(
      'no-sources',
      'The workspace holds no customer data',
      'import a profile, purchases or another source first',
      { file: workspace.path },
    );
  const unused = hides.find((hide) => !files.some((file) => hideCondition(hide, file)));
  if (unused)
    throw new AppError(
      'unknown-column',
      `No imported file has a column "${unused.column}" to hide rows by`,
      'check the name in the output of info',
      { column: unused.column },
    );
}

interface Derivation {
  workspace: Workspace;
  files: DerivedFile[];
  hides: Hide[];
  task: Task;
}

type Done = Pick<DeriveReport, 'changed' | 'hidden'>;

async function isScaleNear({ workspace, files }: Derivation): Promise<boolean> {
  const held = await heldNow(workspace, files);
  for (const file of files) {
    const now = held.get(file.id);
    if (!now || !isNear(await readPlan<FilePlan>(workspace, file), now)) return false;
  }
  return true;
}

/** Measures the scale and derives every customer. */
async function deriveAll(derivation: Derivation): Promise<Done> {
  const { workspace, files, hides } = derivation;
  const held = await heldNow(workspace, files);
  const scale: Scale = { measuring: true, outgrown: false };
  let hidden: Record<string, number> = {};
  const skipped: string[] = [];
  await clearScale(workspace);
  await renumberCustomers(workspace, async () => {
    hidden = await openRows(workspace, files, hides, 'customers');
    for (const file of files) {
      const { customers, rows } = held.get(file.id)!;
      const plan: FilePlan =
        file.source === 'profile'
          ? { customers, rows, profile: await planProfile(workspace, file) }
          : { customers, rows, events: await planEvents(workspace, file) };
      await keepPlan(workspace, file, plan);
      skipped.push(...skippedColumns(file, plan.profile ?? {}));
    }
    await addFacts(derivation, scale);
    await closeRows(workspace, files, 'customers');
    await addToEvents(workspace);
    await countOwners(workspace);
    await workspace.run(`
      INSERT INTO customer_states SELECT user_id, rows_hash, rows_hash, e.hash
      FROM derive_now JOIN customers c USING (user_id) JOIN (${eventHashes('customers')}) e ON e.customer = c.customer ORDER BY c.customer`);
  });
  await workspace.setMeta('derive_skipped', JSON.stringify(skipped));
  // Whoever keeps something by this measure can tell that there is another one.
  await workspace.run("INSERT OR REPLACE INTO meta SELECT 'scale', uuid()::VARCHAR");
  const counted = await workspace.one<{ n: number }>('SELECT count(*) AS n FROM customers');
  return { changed: counted!.n, hidden };
}

/** Derives the customers whose rows changed by the scale there is. @returns undefined when it cannot say what they have */
async function deriveChanged(derivation: Derivation): Promise<Done | undefined> {
  const { workspace, files, hides } = derivation;
  const scale: Scale = { measuring: false, outgrown: false };
  await followCustomers(workspace);
  await workspace.run(`
    CREATE OR REPLACE TEMP TABLE derive_chosen AS
    SELECT c.customer, c.user_id FROM customers c JOIN derive_now n USING (user_id) LEFT JOIN customer_states s USING (user_id)
    WHERE n.rows_hash IS DISTINCT FROM s.rows_hash`);
  const hidden = await openRows(workspace, files, hides, 'derive_chosen');
  await addFacts(derivation, scale);
  await closeRows(workspace, files, 'derive_chosen');
  if (scale.outgrown) {
    await workspace.run('DROP TABLE derive_chosen; DROP TABLE derive_facts');
    return undefined;
  }
  await workspace.run('DELETE FROM events WHERE customer IN (SELECT customer FROM derive_chosen)');
  await addToEvents(workspace);
  await countOwners(workspace);
  const changed = await keepStates(workspace);
  return { changed, hidden };
}

/** Writes down what the chosen customers were derived from; by which rows they were measured stays. */
async function keepStates(workspace: Workspace): Promise<number> {
  await workspace.run(`
    CREATE OR REPLACE TEMP TABLE derive_states AS
    SELECT c.user_id, n.rows_hash, s.measured_hash, e.hash
    FROM derive_chosen c JOIN derive_now n USING (user_id) LEFT JOIN customer_states s USING (user_id)
      JOIN (${eventHashes('derive_chosen')}) e ON e.customer = c.customer;
    DELETE FROM customer_states WHERE user_id IN (SELECT user_id FROM derive_chosen);
    INSERT INTO customer_states FROM derive_states;
    DROP TABLE derive_states`);
  const row = await workspace.one<{ n: number }>('SELECT count(*) AS n FROM derive_chosen');
  await workspace.run('DROP TABLE derive_chosen');
  return row!.n;
}

/** Fills derive_facts from the open rows of all files. */
async function addFacts({ workspace, files, task }: Derivation, scale: Scale): Promise<void> {
  await prepareFacts(workspace);
  for (const [at, file] of files.entries()) {
    throwIfCancelled(task, 'Derive');
    task.progress({ stage: 'derive', done: at, total: files.length });
    const { events, profile } = await readPlan<FilePlan>(workspace, file);
    if (profile) await addProfile(workspace, file, profile, scale);
    if (!events) continue;
    if (!scale.measuring && !(await isNearInTime(workspace, file, events))) scale.outgrown = true;
    await addEvents(workspace, file, events, scale);
    await addSummaries(workspace, file, events, isShared(files, file), scale);
  }
}

/** Whether another file has the same source, so that its name must tell them apart. */
function isShared(files: readonly DerivedFile[], file: DerivedFile): boolean {
  return files.filter((other) => other.source === file.source).length > 1;
}

/** What the last derivation left in the workspace; `derived` is false before the first one. */
export type DerivedState = Omit<DeriveReport, 'hidden' | 'measured' | 'changed'>;

export async function derivedState(workspace: Workspace): Promise<DerivedState> {
  const skipped = JSON.parse((await workspace.meta('derive_skipped')) ?? '[]') as string[];
  return { ...(await sizes(workspace)), derived: (await workspace.meta('derive_fingerprint')) !== undefined, skipped };
}

/** Whether the files and hidden rows are those that the customers were last derived from. */
export async function isDerived(workspace: Workspace): Promise<boolean> {
  const hides = JSON.parse((await workspace.meta('hides')) ?? '[]') as Hide[];
  const [, contents] = await fingerprints(workspace, await derivedFiles(workspace), hides);
  return (await workspace.meta('derive_fingerprint')) === contents;
}

async function sizes(workspace: Workspace): Promise<{ customers: number; strings: number; events: number }> {
  const row = await workspace.one<{ customers: number; strings: number; events: number }>(
    'SELECT (SELECT count(*) FROM customers) AS customers, (SELECT count(*) FROM strings) AS strings, (SELECT count(*) FROM events) AS events',
  );
  return row!;
}

/** Hashes of what the scale is measured for (files, roles, hidden rows), and of that and the contents of the files. */
async function fingerprints(
  workspace: Workspace,
  files: readonly DerivedFile[],
  hides: readonly Hide[],
): Promise<[plan: string, contents: string]> {
  // A file's name matters only where it is said, so that a new version may have another one.
  const isNamed = (file: DerivedFile): boolean =>
    isShared(files, file) || hides.some((hide) => hide.file !== undefined);
  const described = files
    .map((file) => ({ id: file.id, source: file.source, name: isNamed(file) ? file.name : '', columns: file.columns }))
    .sort((a, b) => a.id - b.id);
  const sha256s = await workspace.all(
    "SELECT id, sha256 FROM source_files WHERE source NOT IN ('labels', 'segment') ORDER BY id",
  );
  const plan = digest([DERIVE_VERSION, described, hides]);
  return [plan, digest([plan, sha256s])];
}

function digest(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
