/** A Vitest reporter that closes a run with one plain line, for people and programs that read only the end of a log. */
import type { Reporter, TestModule } from 'vitest/node'

export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]) {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 }
    for (const module of modules) for (const test of module.children.allTests()) count[test.result().state]++
    // A file that could not be loaded has no tests to fail.
    const broken = modules.filter((module) => module.errors().length > 0).length
    const { passed, failed, skipped } = count
    process.stdout.write(`\n${passed} passed, ${failed + broken} failed, ${skipped} skipped\n`)
  }
}
