import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { z } from 'zod';
import { createBridge } from './ipc/bridge.js';

// The content security policy forbids the code generation that zod would otherwise try.
z.config({ jitless: true });

contextBridge.exposeInMainWorld(
  'instructue',
  createBridge({
    invoke: (channel, request) => ipcRenderer.invoke(channel, request),
    listen(channel, listener) {
      const forward = (_event: unknown, payload: unknown) => listener(payload);
      ipcRenderer.on(channel, forward);
      return () => ipcRenderer.off(channel, forward);
    },
    pathOf: (file) => webUtils.getPathForFile(file),
  }),
);
