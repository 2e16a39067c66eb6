import { defineConfig } from 'vitest/config'
import { ClosingLine } from './scripts/closing-line.ts'

/**
 * V8 now and then aborts the process where it frees the wrappers of undici's WebAssembly, which it replaces after a
 * thousand calls ("Check failed: jit_page.has_value()"): never, then.
 */
const execArgv = ['--wasm-wrapper-tiering-budget=1000000000']

/** What is waited for comes at once, or late on a busy machine. */
const expect = { poll: { timeout: 20_000 } }

export default defineConfig({
  test: {
    reporters: ['default', new ClosingLine()],
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'packages/*/src/**/*.test.{ts,tsx}',
            'apps/*/src/**/*.test.{ts,tsx}',
            'scripts/**/*.test.ts',
          ],
          execArgv,
          expect,
          // Streams of 100 kB cut at every byte take some seconds on a busy machine; what hangs is told soon enough.
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'house',
          include: ['tests/**/*.test.ts'],
          // Real processes and a real browser: files run one after the other, so that they do not starve each other.
          fileParallelism: false,
          execArgv,
          expect,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
