/** `npm run build`: dist/ for the window. */
import { ensurePackages } from './setup.mjs';

ensurePackages();
const { bundle } = await import('./bundle.mjs');
await bundle();
