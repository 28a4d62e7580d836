/**
 * Makes the tar.gz and the deb of an unpacked app by the system's own tar and dpkg-deb. electron-builder downloads the
 * tools for both from GitHub, so that it makes neither without a network.
 * `node build/linux-package.mjs UNPACKED OUT` makes them of any folder that holds such an app.
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { has, root, run, say } from './setup.mjs';

const { name, version, description, author } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const executable = 'instructue';
const installed = '/opt/InstructUE';

/** Debian's names of the shared libraries that Chromium needs, before and after 64-bit time renamed two of them. */
const libraries = ['libgtk-3-0 | libgtk-3-0t64', 'libnss3', 'libasound2 | libasound2t64', 'libgbm1'];

const menuEntry = `[Desktop Entry]
Type=Application
Name=InstructUE
Comment=${description}
Exec=${installed}/${executable} %U
Terminal=false
Categories=Office;
`;

const control = (architecture) => `Package: ${name}
Version: ${version}
Architecture: ${architecture}
Maintainer: ${author} <noreply@localhost>
Section: misc
Priority: optional
Depends: ${libraries.join(', ')}
Description: ${description}
`;

function makeTar(unpacked, output) {
  const file = path.join(output, `${name}-${version}.tar.gz`);
  const inside = `s,^${path.basename(unpacked)},${name}-${version},`;
  run('tar', [
    ...['--create', '--gzip', '--file', file, '--sort=name', '--owner=0', '--group=0', '--numeric-owner'],
    ...['--transform', `flags=r;${inside}`, '--directory', path.dirname(unpacked), path.basename(unpacked)],
  ]);
  return file;
}

function makeDeb(unpacked, output) {
  const architecture = { x64: 'amd64', arm64: 'arm64' }[process.arch];
  const file = path.join(output, `${name}_${version}_${architecture}.deb`);
  const stage = path.join(output, 'deb-stage');
  const inStage = (...parts) => {
    const target = path.join(stage, ...parts);
    mkdirSync(path.dirname(target), { recursive: true });
    return target;
  };
  rmSync(stage, { recursive: true, force: true });
  const app = inStage(installed);
  // Hard links: the app is hundreds of megabytes.
  run('cp', ['--archive', '--link', unpacked, app]);
  writeFileSync(inStage('usr/share/applications', `${executable}.desktop`), menuEntry);
  symlinkSync(path.join(installed, executable), inStage('usr/bin', executable));
  writeFileSync(inStage('DEBIAN/control'), control(architecture));
  // Whatever this person's umask, the installed files can be read by all.
  run('chmod', ['--recursive', 'u=rwX,go=rX', stage]);
  // Where a system denies user namespaces, Chromium's sandbox needs this helper to run as root. A copy, since the mode
  // of a link would be that of the unpacked app as well.
  const helper = path.join(app, 'chrome-sandbox');
  rmSync(helper);
  copyFileSync(path.join(unpacked, 'chrome-sandbox'), helper);
  chmodSync(helper, 0o4755);
  // For this much xz, the default, takes many minutes of a processor, and so does gzip at its default level.
  run('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z6', '--build', stage, file]);
  rmSync(stage, { recursive: true });
  return file;
}

/** The files made; a deb only where dpkg-deb is, which every Debian and Ubuntu has. */
export function packageForLinux(unpacked, output) {
  const files = [makeTar(unpacked, output)];
  if (has('dpkg-deb')) files.push(makeDeb(unpacked, output));
  else say('No dpkg-deb here, hence no deb.');
  return files;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [unpacked, output] = process.argv.slice(2).map((folder) => path.resolve(folder));
  if (!unpacked || !output || !existsSync(unpacked)) throw new Error('Usage: linux-package.mjs UNPACKED OUT');
  packageForLinux(unpacked, output);
}
