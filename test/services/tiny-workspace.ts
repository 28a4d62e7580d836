import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importFiles } from '../../electron/services/import/import.js';
import { openWorkspace, type Workspace } from '../../electron/services/workspace/workspace.js';

/** A random model of the shipped one's shape, made by models/training. */
export const TINY_MODEL = fileURLToPath(new URL('../fixtures/tiny-model', import.meta.url));

const ITEMS = [
  'garden chair',
  'garden table',
  'parasol',
  'cake tin',
  'tea towel',
  'lantern',
  'candle',
  'picture frame',
];

/** A workspace with purchases of `customers` customers and a profile that has one more, `idle`, with nothing in it. */
export async function tinyWorkspace(customers: number): Promise<{ workspace: Workspace; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'tiny-'));
  const id = (i: number): string => `c${String(i).padStart(4, '0')}`;
  const lines = ['customer_id,item,amount,date'];
  for (let i = 0; i < customers; i++) {
    for (let k = 0; k <= i % 5; k++) {
      const day = String(1 + ((i * 7 + k) % 28)).padStart(2, '0');
      lines.push(`${id(i)},${ITEMS[(i * 3 + k * 2) % ITEMS.length]},${5 + ((i + k) % 40)},2024-03-${day}`);
    }
  }
  writeFileSync(join(folder, 'purchases.csv'), `${lines.join('\n')}\n`);
  const profile = [
    'customer_id,region',
    ...Array.from({ length: customers }, (_, i) => `${id(i)},${i % 3 ? 'north' : 'south'}`),
    'idle,',
  ];
  writeFileSync(join(folder, 'profile.csv'), `${profile.join('\n')}\n`);
  const workspace = await openWorkspace(join(folder, 'w.instructue'), { create: true });
  await importFiles(workspace, [
    { kind: 'profile', path: join(folder, 'profile.csv') },
    { kind: 'purchases', path: join(folder, 'purchases.csv') },
  ]);
  return { workspace, folder };
}
