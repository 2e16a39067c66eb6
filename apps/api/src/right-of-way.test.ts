/** Questions about the past, asked while lanes race. The fake gateway holds the race until the test lets it go. */
import type { Health, RacePage } from '@drag-race/contracts'
import express from 'express'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { answerErrors } from './error-handler.ts'
import { createRightOfWay } from './right-of-way.ts'
import { type FakeGateway, startFakeGateway } from './testing/fake-gateway.ts'
import { collect, detail, events, eventsOf, next, postRace, race } from './testing/race-client.ts'
import { startApp, type TestApp } from './testing/start-app.ts'

let gateway: FakeGateway
let app: TestApp
let held = Promise.withResolvers<void>()

beforeAll(async () => {
  gateway = await startFakeGateway({
    words: (call) => {
      call.answer('a word')
      call.finish()
    },
    held: async (call) => {
      call.answer('first')
      await Promise.race([held.promise, call.closed])
      call.finish()
    },
  })
  app = await startApp({ gatewayUrl: gateway.url })
})
afterAll(async () => {
  held.resolve()
  await app?.close()
  await gateway?.close()
})

test('all are answered while it runs, and following it and asking for health do not wait for them', async () => {
  const past = await race(app.url, { prompt: 'p', lanes: [{ model: 'words' }] })
  held = Promise.withResolvers()
  const tape = events(await postRace(app.url, { prompt: 'p', lanes: [{ model: 'held' }] }))
  await next(tape, ({ type }) => type === 'token')

  const paths = ['/races', '/races?text=word', '/leaderboard', `/races/${past.raceId}/export?as=csv`]
  const answers = await Promise.all([...paths, ...paths].map((path) => fetch(`${app.url}/api${path}`)))
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  const [page] = (await Promise.all(answers.slice(0, 1).map((answer) => answer.json()))) as [RacePage]
  expect(page.races.map(({ status }) => status)).toEqual(['running', 'finished'])
  expect(await collect(await eventsOf(app.url, past.raceId!))).not.toHaveLength(0)
  const health = (await (await fetch(`${app.url}/api/health`)).json()) as Health
  expect(health.races.running).toBe(1)

  held.resolve()
  await next(tape, ({ type }) => type === 'race-end')
  expect((await detail(app.url, past.raceId!)).status).toBe('finished')
})

/** A server whose answers wait until the test lets them go, and so do its rests. */
async function startDoor() {
  const log: string[] = []
  const state = { isRacing: true, nowMs: 0 }
  const rests: PromiseWithResolvers<void>[] = []
  const answers = new Map<string, express.Response>()
  const events = new Map<string, PromiseWithResolvers<void>>()
  const eventOf = (kind: 'arrived' | 'began' | 'left', name: string) => {
    const key = `${kind} ${name}`
    const known = events.get(key) ?? Promise.withResolvers<void>()
    events.set(key, known)
    return known
  }
  const door = express()
  door.use((request, response, next) => {
    const name = request.path.slice(1)
    response.once('close', eventOf('left', name).resolve)
    next()
    eventOf('arrived', name).resolve()
  })
  const rightOfWay = createRightOfWay({
    isRacing: () => state.isRacing,
    nowMs: () => state.nowMs,
    turnMsMax: 60_000,
    rest(ms) {
      log.push(`rest ${ms}`)
      const rest = Promise.withResolvers<void>()
      rests.push(rest)
      return rest.promise
    },
  })
  door.get('/:name', rightOfWay, (request, response) => {
    const { name } = request.params
    log.push(String(name))
    answers.set(String(name), response)
    eventOf('began', String(name)).resolve()
  })
  door.use(answerErrors(pino({ enabled: false })))
  const server = door.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  return {
    log,
    state,
    rests,
    ask: (name: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}/${name}`, init),
    arrived: (name: string) => eventOf('arrived', name).promise,
    begun: (name: string) => eventOf('began', name).promise,
    left: (name: string) => eventOf('left', name).promise,
    answer: (name: string) => answers.get(name)!.end(),
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  }
}

test('one is worked on at a time, and the next waits until the app has rested twice as long as it worked', async () => {
  const door = await startDoor()
  const first = door.ask('first')
  await door.begun('first')
  const second = door.ask('second')
  door.state.nowMs = 7
  door.answer('first')
  await first
  await vi.waitUntil(() => door.rests.length === 1)
  expect(door.log).toEqual(['first', 'rest 14'])
  door.rests[0]!.resolve()
  await door.begun('second')
  door.state.isRacing = false
  door.answer('second')
  await second
  const third = door.ask('third')
  await door.begun('third')
  door.answer('third')
  await third
  expect(door.log).toEqual(['first', 'rest 14', 'second', 'third'])
  await door.close()
})

test('a client that has left while waiting takes no turn', async () => {
  const door = await startDoor()
  const first = door.ask('first')
  await door.begun('first')
  const leaving = new AbortController()
  const second = door.ask('second', { signal: leaving.signal })
  await door.arrived('second')
  const third = door.ask('third')
  await door.arrived('third')
  leaving.abort()
  await expect(second).rejects.toThrow()
  await door.left('second')
  door.state.isRacing = false
  door.answer('first')
  await door.begun('third')
  door.answer('third')
  await Promise.all([first, third])
  expect(door.log).toEqual(['first', 'third'])
  await door.close()
})

test('without a race they are answered beside each other', async () => {
  const door = await startDoor()
  door.state.isRacing = false
  const asked = [door.ask('one'), door.ask('two')]
  await Promise.all([door.begun('one'), door.begun('two')])
  door.answer('two')
  door.answer('one')
  await Promise.all(asked)
  expect(door.rests).toHaveLength(0)
  await door.close()
})

test('a question that comes when 64 wait already is refused, with when to ask again', async () => {
  const door = await startDoor()
  const first = door.ask('first')
  await door.begun('first')
  const others = Array.from({ length: 65 }, (_, index) => door.ask(`other-${index}`))
  const refused = await Promise.race(others)
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('2')
  expect(await refused.json()).toMatchObject({ error: { code: 'race_has_right_of_way' } })
  await door.close()
  await Promise.allSettled([first, ...others])
})
