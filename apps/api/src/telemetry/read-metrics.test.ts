import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { listen, nowhere, page, startGateway, startTelemetry } from '../testing/telemetry.ts'

test('a gateway that is down is reported, and one that never answers', async () => {
  const down = await startTelemetry(await nowhere())
  expect(await down.stats()).toMatchObject({ dialect: 'unknown', rows: [], overhead: null })
  expect(await down.telemetry.snapshot('race-1')).toBeNull()
  const silent = await startTelemetry(await listen(() => {}))
  expect((await silent.stats()).problem).toContain('did not answer within 0.5 s')
})

test.each([
  ['http://127.0.0.1:1/metrics', 'bad port'],
  ['http://admin:100%@127.0.0.1/metrics', 'URI malformed'],
])('of %s, which cannot be asked, the reason is told', async (metricsUrl, reason) => {
  const { stats } = await startTelemetry(await nowhere(), { metricsUrl })
  expect((await stats()).problem).toContain(`cannot be reached (${reason})`)
})

test('an answer that is not metrics is reported, with what to do', async () => {
  const gateway = await startGateway()
  const { stats } = await startTelemetry(gateway.url)
  const problems: [body: string, status: number, problem: string][] = [
    ['', 404, `${gateway.url}/metrics answered 404. Set GATEWAY_METRICS_URL`],
    ['', 401, 'it wants a key. Set GATEWAY_API_KEY'],
    ['', 403, 'it wants a key. Set GATEWAY_API_KEY'],
    ['<html>\n<p>hello</p>', 200, "is not in Prometheus's text format (line 1: it does not begin"],
    ['process_cpu_seconds_total 1\nbroken{', 200, 'from no gateway that the app knows'],
    ['x'.repeat(20_000), 200, 'larger than 10000 bytes'],
  ]
  for (const [body, status, problem] of problems) {
    Object.assign(gateway, { body, status })
    expect(await stats()).toMatchObject({ dialect: 'unknown', rows: [] })
    expect((await stats()).problem).toContain(problem)
  }
})

test('a page of the greatest length is read', async () => {
  const { stats } = await startTelemetry((await startGateway(`${page(3)}#`.padEnd(10_000, 'x'))).url)
  expect(await stats()).toMatchObject({ problem: null, rows: [{ requests: 3 }] })
})

test('a page is the same in whatever pieces it comes', async () => {
  const bytes = Buffer.from(page(3).replaceAll('"a"', '"ä"'))
  const url = await listen(async (_request, response) => {
    for (const byte of bytes) {
      response.write(Buffer.of(byte))
      await nextTurn()
    }
    response.end()
  })
  expect(await (await startTelemetry(url)).stats()).toMatchObject({ problem: null, rows: [{ model: 'ä' }] })
})

test('one broken line is reported, and the others are shown', async () => {
  const gateway = await startGateway(`${page(3)}broken{\n`)
  const { stats } = await startTelemetry(gateway.url)
  const { problem, rows } = await stats()
  expect(problem).toContain("One line of the gateway's metrics could not be read (line 7: ")
  expect(rows[0]?.requests).toBe(3)
})

test('of several broken lines the first is named', async () => {
  const { stats } = await startTelemetry((await startGateway(`${page(3)}broken{\nbroken too{\n`)).url)
  expect((await stats()).problem).toContain("2 lines of the gateway's metrics could not be read (line 7: ")
})

test("the gateway's key goes to the gateway's own origin and nowhere else", async () => {
  const gateway = await startGateway()
  const elsewhere = await startGateway()
  await (await startTelemetry(gateway.url, { apiKey: 'secret' })).stats()
  await (
    await startTelemetry(gateway.url, { apiKey: 'secret', metricsUrl: `${elsewhere.url}/metrics` })
  ).stats()
  expect(gateway.authorizations).toEqual(['Bearer secret'])
  expect(elsewhere.authorizations).toEqual([undefined])
})

test.each([
  ['admin:p%40ss', 'admin:p@ss'],
  ['admin', 'admin:'],
  [':p%40ss', ':p@ss'],
])('%s of the URL is sent, and shown to nobody', async (written, sent) => {
  const gateway = await startGateway('nonsense')
  const metricsUrl = `${gateway.url.replace('http://', `http://${written}@`)}/metrics`
  const { stats } = await startTelemetry(gateway.url, { metricsUrl })
  const text = JSON.stringify(await stats())
  expect(gateway.authorizations).toEqual([`Basic ${Buffer.from(sent).toString('base64')}`])
  expect(text).not.toContain('admin')
  expect(text).not.toContain('p%40ss')
})
