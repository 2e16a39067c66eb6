import { afterEach, expect, test } from 'vitest'
import { startFakeGateway } from '../testing/fake-gateway.ts'
import { race } from '../testing/race-client.ts'
import { startApp } from '../testing/start-app.ts'
import { writeEndless } from '../testing/write-endless.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function start(isDefaultAddress: boolean) {
  const order: string[] = []
  const gateway = await startFakeGateway({
    m: (call) => {
      order.push(`call after ${gateway.openedAhead.length}`)
      call.answer('x')
      call.finish()
    },
  })
  const app = await startApp({ gatewayUrl: gateway.url, isDefaultAddress })
  closing.push(gateway.close, app.close)
  return { gateway, app, order }
}

const lanes = [{ model: 'm' }, { model: 'm' }]

test('our own gateway is told of all lanes before the first of them leaves', async () => {
  const { gateway, app, order } = await start(true)
  await race(app.url, { prompt: 'p', lanes })
  expect(gateway.openedAhead).toEqual([['m', 'm']])
  expect(order).toEqual(['call after 1', 'call after 1'])
})

test('it is not told where the start is to be cold', async () => {
  const { gateway, app } = await start(true)
  await race(app.url, { prompt: 'p', lanes, coldStart: true })
  expect(gateway.openedAhead).toEqual([])
})

test('a foreign gateway is not asked, and the race is run', async () => {
  const { gateway, app, order } = await start(false)
  await race(app.url, { prompt: 'p', lanes })
  expect(gateway.openedAhead).toEqual([])
  expect(order).toHaveLength(2)
})

test('an answer without end is not read to its end, and the race is run', async () => {
  const taken = Promise.withResolvers<number>()
  const gateway = await startFakeGateway(
    {
      m(call) {
        call.answer('x')
        call.finish()
      },
    },
    { openAhead: (response) => taken.resolve(writeEndless(response)) },
  )
  const app = await startApp({ gatewayUrl: gateway.url })
  closing.push(gateway.close, app.close)
  const state = await race(app.url, { prompt: 'p', lanes })
  expect(state.lanes.map(({ answer }) => answer)).toEqual(['x', 'x'])
  expect(await taken.promise).toBeLessThan(20_000_000)
})
