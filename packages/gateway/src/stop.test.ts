import { expect, test } from 'vitest'
import { callerLeft } from './errors.ts'
import { createStop } from './stop.ts'

test('a listener is called once, and finds the reason', () => {
  const { signal, abort } = createStop()
  const told: unknown[] = []
  signal.addEventListener('abort', () => told.push(signal.reason))
  abort(callerLeft)
  abort(new Error('too late'))
  expect(told).toEqual([callerLeft])
  expect([signal.aborted, signal.reason]).toEqual([true, callerLeft])
})

test('a removed listener is not called', () => {
  const { signal, abort } = createStop()
  const told: string[] = []
  const gone = () => told.push('gone')
  signal.addEventListener('abort', gone)
  signal.addEventListener('abort', () => told.push('here'))
  signal.removeEventListener('abort', gone)
  abort(callerLeft)
  expect(told).toEqual(['here'])
})
