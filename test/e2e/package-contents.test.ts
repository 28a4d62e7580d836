import { listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './app-window.js';
import { packaged } from './packaged-app.js';

/** How a fuse is written into the binary. */
const [FUSE_OFF, FUSE_ON] = ['0'.charCodeAt(0), '1'.charCodeAt(0)];
const resources = path.join(packaged, 'resources');

/** Files under a folder, by their path in it. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));

// macOS and Windows lay their packages out in other ways.
describe.skipIf(process.platform !== 'linux')('what a package holds', () => {
  it.each([
    ['RunAsNode', 'off'],
    ['EnableNodeOptionsEnvironmentVariable', 'off'],
    ['EnableNodeCliInspectArguments', 'off'],
    ['EnableEmbeddedAsarIntegrityValidation', 'on'],
    ['OnlyLoadAppFromAsar', 'on'],
    ['EnableCookieEncryption', 'on'],
  ] as const)('has the fuse %s %s', async (fuse, state) => {
    const wire = await getCurrentFuseWire(path.join(packaged, 'instructue'));
    expect(wire[FuseV1Options[fuse]]).toBe(state === 'on' ? FUSE_ON : FUSE_OFF);
  });

  it('holds every file that the model names, and the sample', () => {
    const { files } = JSON.parse(readFileSync(path.join(root, 'models', 'model.json'), 'utf8')) as {
      files: Record<string, unknown>;
    };
    const inside = filesIn(resources);
    expect(Object.keys(files).length).toBeGreaterThan(5);
    for (const name of ['model.json', 'CARD.md', ...Object.keys(files)]) expect(inside).toContain(`models/${name}`);
    for (const name of ['transactions', 'profile', 'labels']) expect(inside).toContain(`sample/${name}.csv.gz`);
  });

  it('holds nothing else: no tests, no training, no sources, no start page of Electron', () => {
    const bundled = listPackage(path.join(resources, 'app.asar'), { isPack: false });
    expect(bundled).toContain('/dist/main.js');
    const all = [...bundled, ...filesIn(packaged).map((file) => `/${file}`)];
    const ours = all.filter((file) => !file.includes('/node_modules/'));
    expect(ours.filter((file) => /(^|\/)(tests?|training|folds|bench|docs|electron|build)(\/|$)/.test(file))).toEqual(
      [],
    );
    expect(ours.filter((file) => /\.(ts|vue|mjs|py)$|default_app\.asar$/.test(file))).toEqual([]);
    expect(all.filter((file) => file.endsWith('.map'))).toEqual([]);
    // The window's libraries are bundled; the database and the runtime are loaded as they are, with what they need.
    const modules = new Set(bundled.flatMap((file) => /^\/node_modules\/([^/]+)/.exec(file)?.[1] ?? []));
    expect([...modules].toSorted()).toEqual(['@duckdb', 'detect-libc', 'onnxruntime-common', 'onnxruntime-node']);
  });
});
