import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectFile } from '../../../electron/services/import/inspect.js';
import { openWorkspace, type Workspace } from '../../../electron/services/workspace/workspace.js';

const ROWS = 120;

let folder: string;
let workspace: Workspace;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'detect-id-'));
  workspace = await openWorkspace(path.join(folder, 'w.instructue'), { create: true });
});
afterEach(() => {
  workspace.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Roles of the columns of a file whose rows are written by their number. */
async function roles(head: string, row: (n: number) => string): Promise<Record<string, string>> {
  const file = path.join(folder, 'file.csv');
  writeFileSync(file, [head, ...Array.from({ length: ROWS }, (_, n) => row(n))].join('\n'));
  const { columns } = await inspectFile(workspace, file);
  return Object.fromEntries(columns.map(({ name, role }) => [name, role]));
}

describe('the column that names the customer', () => {
  it.each(['Kundennummer', 'Kunden-ID', 'id_client', 'Code client', 'cod_cliente', 'numero_de_cliente', 'klantnummer'])(
    'is %s in the languages that files come in',
    async (name) => {
      expect(await roles(`datum;${name};artikel`, (n) => `2024-01-05;K${100 + n};mug ${n % 3}`)).toMatchObject({
        [name]: 'id',
      });
    },
  );

  it('is the only one, and the reason says so', async () => {
    const file = path.join(folder, 'list.csv');
    writeFileSync(file, ['18800', ...Array.from({ length: ROWS }, (_, n) => 100 + n)].join('\n'));
    const { columns } = await inspectFile(workspace, file);
    expect(columns).toMatchObject([{ role: 'id', reason: 'it is the only column' }]);
  });

  it.each(['Kd.-Nr.', 'Kunden Nr.', 'Customer #', 'Cust. ID', 'Nº de cliente', 'user_id:token'])(
    'is %s however it is punctuated',
    async (name) => {
      expect(await roles(`${name};article`, (n) => `${100 + n};mug ${n % 3}`)).toMatchObject({ [name]: 'id' });
    },
  );

  it('is that of an employee or a device where nobody else is named', async () => {
    expect(await roles('employee_id,item', (n) => `${n},mug`)).toMatchObject({ employee_id: 'id' });
    expect(await roles('device_id,customer_id,item', (n) => `${n},${n % 9},mug`)).toMatchObject({ customer_id: 'id' });
  });

  it('may be a bare name of a person where the values are codes, and not where they are words', async () => {
    expect(await roles('guest,room', (n) => `G-${100 + n},double`)).toMatchObject({ guest: 'id' });
    expect(await roles('customer_id,contact', (n) => `${n},${n % 2 ? 'cellular' : 'telephone'}`)).toMatchObject({
      customer_id: 'id',
      contact: 'text',
    });
  });

  it('is not a flag that is named like a person', async () => {
    expect((await roles('member,city', (n) => `${n % 2},Rome`)).member).not.toBe('id');
  });

  it('is an e-mail address where nothing else names the customer', async () => {
    const row = (n: number): string => `u${n}@example.com,${n},spring`;
    expect(await roles('Email,user_id,campaign', row)).toMatchObject({ Email: 'ignore', user_id: 'id' });
    expect(await roles('Email,clicks,campaign', row)).toMatchObject({ Email: 'id' });
  });
});

describe('codes of things', () => {
  it('are categories where there are few, and do not hide what a row is about', async () => {
    const row = (n: number): string => `${n},${1 + (n % 9)},${1000 + (n % 40)}`;
    expect(await roles('userId,campaign_id,product_id', row)).toMatchObject({
      campaign_id: 'text',
      product_id: 'text',
    });
  });

  it('are codes with a type in the header, or the ".0" of a number column with gaps, too', async () => {
    expect(await roles('user_id:token,maker_id:token,item', (n) => `${n},${1000 + n},mug`)).toMatchObject({
      'maker_id:token': 'ignore',
    });
    expect(await roles('userId,maker_id,item', (n) => `${n},${1000 + n}.0,mug`)).toMatchObject({ maker_id: 'ignore' });
  });

  it('say what a row is about where nothing else does, and nothing beside words', async () => {
    const shared = (n: number): string => `${n % 7},${1000 + (n % 31)}`;
    const single = (n: number): string => `${n % 7},${1000 + n}`;
    const many = (n: number): string => `${n},${1000 + (n % 31)},${n % 2 ? 'sofa' : 'lamp'}`;
    expect(await roles('userId,movieId', shared)).toMatchObject({ movieId: 'text' });
    expect(await roles('userId,itemid', shared)).toMatchObject({ itemid: 'text' });
    expect(await roles('userId,movieId', single)).toMatchObject({ movieId: 'ignore' });
    expect(await roles('userId,product_id,product', many)).toMatchObject({ product_id: 'ignore', product: 'text' });
  });
});
