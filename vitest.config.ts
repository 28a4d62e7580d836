import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**'],
    pool: 'forks',
    // Two workers: each may hold a DuckDB instance and an inference session.
    maxWorkers: 2,
    testTimeout: 60_000,
    // Set-ups import files and encode; two at a time on a busy machine.
    hookTimeout: 60_000,
    reporters: ['default', ['json', { outputFile: 'test-results/vitest.json' }]],
  },
});
