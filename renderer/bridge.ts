import type { Bridge } from '../electron/ipc/bridge.js';

declare global {
  interface Window {
    instructue: Bridge;
  }
}

/**
 * The same methods, except that a call which fails before it leaves the window (an argument that cannot be copied) is
 * a rejected promise like every other failure, instead of an exception in whoever calls.
 */
function rejecting<Methods extends object>(methods: Methods): Methods {
  const wrapped = Object.entries(methods).map(([name, method]: [string, unknown]) => {
    // Listeners are no questions: what they return is how to stop listening.
    if (typeof method !== 'function' || name.startsWith('on')) return [name, method];
    return [name, async (...args: unknown[]): Promise<unknown> => method(...args)];
  });
  return Object.fromEntries(wrapped) as Methods;
}

/** Everything the window can ask of the main process. */
export const bridge = Object.fromEntries(
  Object.entries(window.instructue).map(([room, methods]) => [room, rejecting(methods)]),
) as Bridge;
