import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    pool: 'forks',
    // One real window at a time: they share the display.
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 60_000,
    // The tests of a file are the steps of one person's path through the app.
    // After a failed step the rest would only wait in vain.
    bail: 1,
    reporters: ['default', ['json', { outputFile: 'test-results/e2e.json' }]],
  },
});
