import type { Bridge } from '../../electron/ipc/bridge.js';

declare global {
  interface Window {
    instructue: Bridge;
  }
}
