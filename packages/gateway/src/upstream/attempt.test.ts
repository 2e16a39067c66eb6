import { Dispatcher } from 'undici'
import { expect, test, vi } from 'vitest'
import { callerLeft } from '../errors.ts'
import { oneModel, toConfig } from '../testing/gateway.ts'
import { openAttempt } from './attempt.ts'
import { toTarget } from './target.ts'

/** A dispatcher that keeps a request waiting for a connection. */
class WaitingDispatcher extends Dispatcher {
  handler: Dispatcher.DispatchHandler | null = null
  override dispatch(_options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    this.handler = handler
    return true
  }
}

function ask(dispatcher: Dispatcher, signal: AbortSignal, onSent = () => {}) {
  const { connection, ...model } = toConfig(oneModel('http://127.0.0.1:1')).models[0]!
  if (connection.state !== 'known') throw new Error('the model has no address')
  const target = toTarget({ ...model, connection })
  return openAttempt(dispatcher, {
    target,
    body: Buffer.from('{}'),
    headers: {},
    isStream: true,
    signal,
    onSent,
  })
}

test('a call that was given up before its attempt asks for no connection', async () => {
  const dispatcher = new WaitingDispatcher()
  await expect(ask(dispatcher, AbortSignal.abort(callerLeft))).rejects.toBe(callerLeft)
  expect(dispatcher.handler).toBeNull()
})

test('a call given up while it waits for a connection is not sent when the connection comes', async () => {
  const dispatcher = new WaitingDispatcher()
  const leaving = new AbortController()
  const onSent = vi.fn()
  const attempt = ask(dispatcher, leaving.signal, onSent)
  leaving.abort(callerLeft)
  await expect(attempt).rejects.toBe(callerLeft)
  const abort = vi.fn()
  const controller = { abort, aborted: false, paused: false, reason: null, pause() {}, resume() {} }
  dispatcher.handler!.onRequestStart!(controller, {})
  expect(abort).toHaveBeenCalledWith(callerLeft)
  expect(onSent).not.toHaveBeenCalled()
})
