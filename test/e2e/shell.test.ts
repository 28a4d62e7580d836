import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RealApp } from './real-app.js';

describe('the window', () => {
  let real: RealApp;

  beforeAll(async () => {
    real = await RealApp.launch();
  });
  afterAll(async () => {
    await real?.close();
  });

  it('has neither Node nor channels, only named methods', async () => {
    const seen = await real.page.evaluate(() => ({
      node: ['require', 'process', 'module', 'ipcRenderer'].filter((name) => name in window),
      bridge: Object.keys(window.instructue).sort(),
    }));
    expect(seen).toEqual({
      node: [],
      bridge:
        'app ask audience campaign data evaluate explain fit map offers rank recipe remake tasks tune workspace'.split(
          ' ',
        ),
    });
  });

  it('runs no code made from text', async () => {
    const ran = await real.page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.body.append(script);
      return 'injected' in window;
    });
    expect(ran).toBe(false);
  });

  it('serves no file outside its folder', async () => {
    const status = await real.app.evaluate(async ({ net }) => {
      const asked = ['app://window/..%2f..%2fpackage.json', 'app://elsewhere/index.html', 'app://window/missing.js'];
      return Promise.all(asked.map(async (url) => (await net.fetch(url)).status));
    });
    expect(status).toEqual([404, 404, 404]);
  });

  it('reads no file that nobody handed over', async () => {
    const result = await real.page.evaluate(() => window.instructue.data.inspect({ handle: '/etc/passwd' }));
    expect(result).toMatchObject({ ok: false, error: { code: 'file-not-granted' } });
  });

  it('says what is wrong with a file, where, and what to do', async () => {
    await real.saveAs(path.join(real.folder, 'w.instructue'));
    await real.page.getByRole('button', { name: /New workspace/ }).click();
    const picture = path.join(real.folder, 'picture.csv');
    writeFileSync(picture, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13, 0, 0, 0, 0]));
    await real.choose(picture);
    await real.page.getByRole('button', { name: 'Choose files' }).click();
    const alert = real.page.getByRole('alert');
    await alert.getByText('This is not a text table').waitFor();
    await alert.getByText(/What to do/).waitFor();
    await alert.getByText('picture.csv').waitFor();
    await real.shoot('failure');
    await real.expectAccessible();
    expect(await alert.getByText('file-binary').count()).toBe(0);
    await alert.getByRole('button', { name: 'Copy report' }).click();
    expect(await real.app.evaluate(({ clipboard }) => clipboard.readText())).toContain('file-binary');
    await alert.getByRole('button', { name: 'Dismiss' }).click();
    await alert.waitFor({ state: 'detached' });
  });

  it('says what can be done in the window, not on a command line', async () => {
    const items = path.join(real.folder, 'items.csv');
    writeFileSync(items, 'product,amount\nmug,5\nmug,6\ncup,5\n');
    await real.choose(items);
    await real.page.getByRole('button', { name: 'Choose files' }).click();
    await real.page.getByRole('button', { name: 'Import this file' }).click();
    const alert = real.page.getByRole('alert');
    await alert.getByText('No column looks like a customer id').waitFor();
    await alert.getByText('What to do: choose “Customer id” above its column in the preview').waitFor();
    expect(await alert.textContent()).not.toMatch(/--id|no-id-column/);
    await real.shoot('failure-in-window');
    await real.expectAccessible();
    await alert.getByRole('button', { name: 'Dismiss' }).click();
    await real.page.getByRole('button', { name: 'Leave out' }).click();
  });

  it('takes dropped files', async () => {
    const orders = path.join(real.folder, 'orders.csv');
    writeFileSync(orders, 'user_id,product,amount\n007,mug,5\n007,cup,6\n008,mug,5\n008,,oops\n');
    const page = real.page;
    // A file as the system's file manager hands it over: Chromium makes the File from the path.
    await page.evaluate(() => {
      const input = document.createElement('input');
      input.type = 'file';
      input.id = 'stand-in';
      document.body.append(input);
    });
    await page.setInputFiles('#stand-in', orders);
    await page.evaluate(() => {
      const input = document.getElementById('stand-in') as HTMLInputElement;
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(input.files![0]!);
      input.remove();
      document.querySelector('.view')!.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true }));
    });
    await page.getByRole('heading', { name: 'orders.csv' }).waitFor();
    await page.getByRole('button', { name: 'Leave out' }).click();
    await page.getByRole('heading', { name: 'orders.csv' }).waitFor({ state: 'detached' });
  });

  it('comes back to a workspace opened before', async () => {
    await real.page.getByRole('button', { name: 'Close workspace' }).click();
    await real.page.getByRole('heading', { name: 'Recent' }).waitFor();
    await real.page.getByRole('button', { name: /^w / }).click();
    await real.page.getByRole('heading', { name: 'Data', level: 1 }).waitFor();
  });

  // The last one: Playwright goes on waiting for a navigation that was denied.
  it('reaches no network, opens no window, and cannot be led away', async () => {
    const outcome = await real.page.evaluate(async () => {
      const fetched = await fetch('https://example.com').then(
        () => 'fetched',
        () => 'refused',
      );
      const opened = window.open('https://example.com') === null ? 'refused' : 'opened';
      location.href = 'https://example.com';
      await new Promise((resolve) => setTimeout(resolve, 500));
      return { fetched, opened, at: location.href };
    });
    expect(outcome).toEqual({ fetched: 'refused', opened: 'refused', at: 'app://window/index.html' });
  });
});
