/** electron-builder runs this on each unpacked app, before it makes packages of it. */
import { rmSync } from 'node:fs';
import path from 'node:path';

/** Electron's own start page, which an unpacked distribution brings along and electron-builder leaves. */
export default function afterPack({ appOutDir, electronPlatformName, packager }) {
  const resources =
    electronPlatformName === 'darwin'
      ? path.join(appOutDir, `${packager.appInfo.productFilename}.app`, 'Contents', 'Resources')
      : path.join(appOutDir, 'resources');
  rmSync(path.join(resources, 'default_app.asar'), { force: true });
}
