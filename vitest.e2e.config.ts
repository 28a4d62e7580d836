import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    pool: 'forks',
    // One real window at a time: they share the display.
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 60_000,
    setupFiles: ['test/e2e/steps.ts'],
    reporters: ['default', ['json', { outputFile: 'test-results/e2e.json' }]],
  },
});
