import { getEventListeners } from 'node:events'
import { Dispatcher } from 'undici'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { callerLeft } from '../errors.ts'
import { oneModel, toConfig } from '../testing/gateway.ts'
import { openAttempt } from './attempt.ts'
import { toTarget } from './target.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** A dispatcher that keeps a request waiting for a connection. */
class WaitingDispatcher extends Dispatcher {
  handler: Dispatcher.DispatchHandler | null = null
  override dispatch(_options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    this.handler = handler
    return true
  }
}

/** A dispatcher with an open connection, which takes the request at once. */
class OpenDispatcher extends WaitingDispatcher {
  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    handler.onRequestStart!(toController(), {})
    return super.dispatch(options, handler)
  }
}

/** A dispatcher that takes no more requests. */
class ClosedDispatcher extends WaitingDispatcher {
  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    handler.onResponseError!(toController(), new Error('closed'))
    return super.dispatch(options, handler)
  }
}

function toController() {
  return { abort: vi.fn(), aborted: false, paused: false, reason: null, pause() {}, resume() {} }
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
  const controller = toController()
  dispatcher.handler!.onRequestStart!(controller, {})
  expect(controller.abort).toHaveBeenCalledWith(callerLeft)
  expect(onSent).not.toHaveBeenCalled()
})

test('a connection has its own time to open, and needs none where it is open', async () => {
  const { signal } = new AbortController()
  void ask(new OpenDispatcher(), signal)
  expect(vi.getTimerCount()).toBe(1)
  const waiting = new WaitingDispatcher()
  const onSent = vi.fn()
  void ask(waiting, signal, onSent)
  expect(vi.getTimerCount()).toBe(3)
  expect(onSent).not.toHaveBeenCalled()
  waiting.handler!.onRequestStart!(toController(), {})
  expect(vi.getTimerCount()).toBe(2)
  expect(onSent).toHaveBeenCalledOnce()
})

test.each(['ends', 'is given up'])('an attempt that %s leaves no timer and no listener', async (way) => {
  const dispatcher = new WaitingDispatcher()
  const leaving = new AbortController()
  const attempt = ask(dispatcher, leaving.signal).catch(() => null)
  if (way === 'ends') dispatcher.handler!.onResponseEnd!(toController(), {})
  else {
    leaving.abort(callerLeft)
    await attempt
  }
  expect(vi.getTimerCount()).toBe(0)
  expect(getEventListeners(leaving.signal, 'abort')).toEqual([])
})

test('an attempt that is refused at once leaves no timer', async () => {
  const { signal } = new AbortController()
  await expect(ask(new ClosedDispatcher(), signal)).rejects.toMatchObject({ code: 'upstream_unreachable' })
  expect(vi.getTimerCount()).toBe(0)
})
