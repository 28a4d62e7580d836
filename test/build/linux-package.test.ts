import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };

/** Of a small stand-in for the app, since the real one takes minutes; no network is asked, by the tools' nature. */
describe.skipIf(process.platform !== 'linux')('packages for Linux', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'instructue-package-'));
  const unpacked = path.join(folder, 'linux-unpacked');
  const helper = path.join(unpacked, 'chrome-sandbox');
  const made = (ending: string) =>
    path.join(
      folder,
      readdirSync(folder).find((name) => name.endsWith(ending))!,
    );

  beforeAll(() => {
    mkdirSync(path.join(unpacked, 'resources', 'models'), { recursive: true });
    writeFileSync(path.join(unpacked, 'resources', 'models', 'model.json'), '{}', { mode: 0o600 });
    for (const program of ['instructue', 'chrome-sandbox']) {
      writeFileSync(path.join(unpacked, program), '#!/bin/sh\n');
      chmodSync(path.join(unpacked, program), 0o700);
    }
    execFileSync(process.execPath, [path.join(root, 'build', 'linux-package.mjs'), unpacked, folder], {
      stdio: 'pipe',
    });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('packs a tar.gz with one folder, named by name and version', () => {
    const listed = execFileSync('tar', ['--list', '--file', made('.tar.gz')], { encoding: 'utf8' });
    expect(listed.trim().split('\n')).toEqual(
      ['', 'chrome-sandbox', 'instructue', 'resources/', 'resources/models/', 'resources/models/model.json'].map(
        (file) => `instructue-desktop-${version}/${file}`,
      ),
    );
  });

  it('packs a deb that everybody can run, with a menu entry and the sandbox’s helper as root', ({ skip }) => {
    if (!readdirSync('/usr/bin').includes('dpkg-deb')) skip('no dpkg-deb here');
    const listed = execFileSync('dpkg-deb', ['--contents', made('.deb')], { encoding: 'utf8' });
    const modes = Object.fromEntries(
      listed
        .trim()
        .split('\n')
        .map((line) => line.split(/\s+/))
        .map(([mode, owner, , , , file]) => [file, `${mode} ${owner}`]),
    );
    expect(modes).toMatchObject({
      './opt/InstructUE/instructue': '-rwxr-xr-x root/root',
      './opt/InstructUE/chrome-sandbox': '-rwsr-xr-x root/root',
      './opt/InstructUE/resources/models/model.json': '-rw-r--r-- root/root',
      './usr/share/applications/instructue.desktop': '-rw-r--r-- root/root',
    });
    expect(listed).toContain('./usr/bin/instructue -> /opt/InstructUE/instructue');
    const fields = execFileSync('dpkg-deb', ['--field', made('.deb'), 'Version', 'Depends'], { encoding: 'utf8' });
    expect(fields).toContain(`Version: ${version}`);
    expect(fields).toContain('libnss3');
    // The unpacked app is as it was, and nothing is left lying about.
    expect(statSync(helper).mode & 0o4000).toBe(0);
    expect(readdirSync(folder).length).toBe(3);
  });
});
