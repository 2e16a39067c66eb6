import { expect, test } from 'vitest'
import { isBlockedPort } from './blocked-ports.ts'

test('Node’s own fetch refuses every blocked port before it connects', async () => {
  const ports = Array.from({ length: 65_535 }, (_, index) => index + 1).filter(isBlockedPort)
  expect(ports).toContain(6000)
  for (const port of ports) {
    const problem: Error = await fetch(`http://127.0.0.1:${port}`).catch((error) => error)
    expect(problem.cause, `port ${port}`).toMatchObject({ message: 'bad port' })
  }
})

test.each([80, 443, 3000, 4000, 4010, 5173, 8000, 8080, 15_020])('port %i can be opened', (port) => {
  expect(isBlockedPort(port)).toBe(false)
})
