// TypeScript tests stand beside what they test (`merge.test.ts` beside `merge.ts`) and run in Node. A test that needs a
// DOM says so in its first line: `// @vitest-environment jsdom`. What needs a real browser is in tests/e2e.
import solid from 'vite-plugin-solid'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [solid()],
  test: {
    environment: 'node',
    include: ['src/**/*.test.{ts,tsx}'],
    pool: 'threads',
    maxWorkers: 2,
    restoreMocks: true,
    testTimeout: 20_000,
  },
})
