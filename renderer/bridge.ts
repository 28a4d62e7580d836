import type { Bridge } from '../electron/ipc/bridge.js';

declare global {
  interface Window {
    instructue: Bridge;
  }
}

/** Everything the window can ask of the main process. */
export const bridge = window.instructue;
