import { BrowserWindow, session, type WebContents } from 'electron';
import { isOwnPage, PAGE } from './protocol.js';

/** What the page may do beyond drawing itself, and why. Everything else is denied. */
const permissions: Record<string, string> = {
  'clipboard-sanitized-write': 'a failure’s report can be copied',
};

/** Requests that may leave the page: its own files, and the developer tools’. No remote content exists. */
const schemes = ['app:', 'devtools:', 'data:', 'blob:'];

function confine(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-navigate', (event) => {
    if (!isOwnPage(event.url)) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
}

function denyByDefault(): void {
  const { defaultSession } = session;
  // Else Chromium downloads a dictionary from Google at the first start, which no request handler sees.
  defaultSession.setSpellCheckerLanguages([]);
  defaultSession.setSpellCheckerEnabled(false);
  defaultSession.setPermissionRequestHandler((_contents, permission, answer) => answer(permission in permissions));
  defaultSession.setPermissionCheckHandler((_contents, permission) => permission in permissions);
  defaultSession.webRequest.onBeforeRequest(({ url }, answer) =>
    answer({ cancel: !schemes.includes(new URL(url).protocol) && !url.startsWith('file:') }),
  );
}

/** The app's window: one page, confined to its own files, without Node. */
export async function openWindow(preload: string): Promise<BrowserWindow> {
  denyByDefault();
  const window = new BrowserWindow({
    width: 1360,
    height: 860,
    minWidth: 1120,
    minHeight: 680,
    show: false,
    autoHideMenuBar: true,
    title: 'InstructUE Desktop',
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  confine(window.webContents);
  window.once('ready-to-show', () => window.show());
  await window.loadURL(PAGE);
  return window;
}
