import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importFiles } from '../../../electron/services/import/import.js';
import { inspectFile } from '../../../electron/services/import/inspect.js';
import { overviewOf, rejectSummary } from '../../../electron/services/import/overview.js';
import { openWorkspace, type Workspace } from '../../../electron/services/workspace/workspace.js';

const orders = [
  'customer_id,ordered_at,product,amount',
  '007,2026-01-03,red mug,12.50',
  '007,2026-02-04,blue mug,11.00',
  '008,2026-02-05,red mug,12.50',
  '009,2026-03-06,tea towel,7.00',
].join('\n');

let folder: string;
let workspace: Workspace;

function file(name: string, content: string | Buffer): string {
  const target = path.join(folder, name);
  writeFileSync(target, content);
  return target;
}

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'inspect-'));
  workspace = await openWorkspace(path.join(folder, 'w.instructue'), { create: true });
});
afterEach(() => {
  workspace.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('looking at a file before it is imported', () => {
  it('tells kind, roles and first rows, and keeps leading zeros', async () => {
    const found = await inspectFile(workspace, file('orders.csv.gz', gzipSync(orders)));
    expect(found.kind).toBe('purchases');
    expect(found.format).toBe('CSV, gzip, UTF-8, comma');
    expect(found.columns.map(({ role }) => role)).toEqual(['id', 'time', 'text', 'number']);
    expect(found.columns.every(({ reason }) => reason.length > 0)).toBe(true);
    expect(found.rows[0]).toEqual(['007', '2026-01-03', 'red mug', '12.50']);
    expect(found.alreadyImported).toBe(false);
  });

  it.each([
    ['people.csv', 'user_id,country\n1,France\n2,Spain\n', 'profile'],
    ['outcome.csv', 'user_id,bought,left\n1,0,1\n2,1,0\n', 'labels'],
    ['best.csv', 'user_id\n1\n2\n', 'segment'],
    ['log.csv', 'user_id,page\n1,home\n1,basket\n2,home\n', 'paths'],
    ['queries.tsv', 'user_id\twords\n1\tmug\n1\ttea\n2\tmug\n', 'searches'],
  ])('takes %s for what it is', async (name, content, kind) => {
    expect((await inspectFile(workspace, file(name, content))).kind).toBe(kind);
  });

  it('changes nothing in the workspace, and knows a file that was imported', async () => {
    const orderFile = file('orders.csv', orders);
    await inspectFile(workspace, orderFile);
    expect(await overviewOf(workspace)).toEqual({ customers: 0, sources: [], removed: [] });
    await importFiles(workspace, [{ kind: 'purchases', path: orderFile }]);
    expect((await inspectFile(workspace, orderFile)).alreadyImported).toBe(true);
  });
});

describe('what a workspace holds', () => {
  it('counts customers, spans the time and names the most frequent items', async () => {
    await importFiles(workspace, [{ kind: 'purchases', path: file('orders.csv', orders) }]);
    const { customers, sources } = await overviewOf(workspace);
    expect(customers).toBe(3);
    expect(sources[0]).toMatchObject({ customers: 3, accepted: 4, from: '2026-01-03', to: '2026-03-06' });
    expect(sources[0]?.frequent[0]).toEqual({ text: 'red mug', count: 2 });
  });

  it('sums rejected rows up by reason', async () => {
    const damaged = `${orders}\n${Array.from({ length: 90 }, (_, i) => `1${i},2026-03-06,mug,5`).join('\n')}\n010,not a day,mug,5\n`;
    const [report] = await importFiles(workspace, [{ kind: 'purchases', path: file('damaged.csv', damaged) }]);
    const { reasons, examples } = await rejectSummary(workspace, report!.fileId);
    expect(report?.rejected).toBe(1);
    expect(reasons[0]?.count).toBe(1);
    expect(examples[0]).toMatchObject({ line: 96, column: 'ordered_at' });
  });
});
