import { expect, test } from 'vitest'
import { readSettings } from './settings.ts'

test('everything has a default: loopback, and the built-in gateway', () => {
  expect(readSettings({})).toEqual({
    host: '127.0.0.1',
    port: 8000,
    databaseUrl: 'file:data/races.db',
    logLevel: 'warn',
    allowedHosts: [],
    gateway: {
      url: 'http://127.0.0.1:4000',
      metricsUrl: 'http://127.0.0.1:15020/metrics',
      isDefaultAddress: true,
      apiKey: null,
    },
    simulatorUrl: 'http://127.0.0.1:4010',
    isCalibratedAtStart: true,
    wantsRealTime: true,
  })
})

test('the clock is measured at the start unless that is switched off', () => {
  expect(readSettings({ CLOCK_CALIBRATION: 'off' }).isCalibratedAtStart).toBe(false)
  expect(() => readSettings({ CLOCK_CALIBRATION: 'maybe' })).toThrow('CLOCK_CALIBRATION is "maybe"')
})

test('races ask for real-time priority unless that is switched off', () => {
  expect(readSettings({ REAL_TIME: 'off' }).wantsRealTime).toBe(false)
  expect(() => readSettings({ REAL_TIME: 'fifo' })).toThrow('REAL_TIME is "fifo"')
})

test('the simulator is found by its port or its address', () => {
  expect(readSettings({ SIMULATOR_PORT: '4011' }).simulatorUrl).toBe('http://127.0.0.1:4011')
  expect(readSettings({ SIMULATOR_URL: 'http://simulator:4010/' }).simulatorUrl).toBe('http://simulator:4010')
})

test('the built-in gateway is found by its ports', () => {
  const { gateway } = readSettings({ GATEWAY_PORT: '4001', GATEWAY_METRICS_PORT: '4002' })
  expect(gateway).toMatchObject({ url: 'http://127.0.0.1:4001', metricsUrl: 'http://127.0.0.1:4002/metrics' })
})

test.each([
  'http://gate.example',
  'http://gate.example/',
  'http://gate.example/v1',
  'http://gate.example/v1/',
])('another gateway can be given as %s', (url) => {
  expect(readSettings({ GATEWAY_URL: url }).gateway).toMatchObject({
    url: 'http://gate.example',
    isDefaultAddress: false,
  })
})

test('an empty variable counts as unset, as in a copied .env.example', () => {
  const empty = { GATEWAY_URL: '', PORT: ' ', GATEWAY_API_KEY: '', ALLOWED_HOSTS: '' }
  expect(readSettings(empty)).toEqual(readSettings({}))
})

test('further host names are a list', () => {
  expect(readSettings({ ALLOWED_HOSTS: 'a.example, B.example:8443 ,' }).allowedHosts).toEqual([
    'a.example',
    'b.example:8443',
  ])
})

test.each(['http://a.example', '*.example', 'a.example b.example'])('%s is no host name', (text) => {
  expect(() => readSettings({ ALLOWED_HOSTS: `c.example, ${text}` })).toThrow(
    `ALLOWED_HOSTS holds "${text}". List whole names such as llm.example.com, separated by commas.`,
  )
})

test('an address that is none is answered with one that fits', () => {
  expect(() => readSettings({ GATEWAY_METRICS_URL: 'localhost:15020' })).toThrow(
    'GATEWAY_METRICS_URL is "localhost:15020". Set it to a URL, such as http://127.0.0.1:15020/metrics.',
  )
  expect(() => readSettings({ SIMULATOR_URL: 'simulator' })).toThrow('such as http://127.0.0.1:4010.')
})

test.each(['PORT', 'GATEWAY_PORT', 'GATEWAY_METRICS_PORT', 'SIMULATOR_PORT'])(
  'a %s that browsers and fetch block is refused: nobody could open it',
  (name) => {
    expect(() => readSettings({ [name]: '6000' })).toThrow(
      `${name} is 6000, which browsers and fetch refuse to open. Set it to another port`,
    )
  },
)

test.each([
  ['GATEWAY_URL', 'http://me:secret@127.0.0.1:4000', ' and set GATEWAY_API_KEY'],
  ['SIMULATOR_URL', 'http://me:secret@127.0.0.1:4010', ''],
])('a name or password in %s is refused, and not repeated', (name, url, instead) => {
  const message = `${name} holds a name or password before an @. Take them out${instead}.`
  expect(() => readSettings({ [name]: url })).toThrow(new Error(message))
})

test('the page of metrics can be asked for by name and password, which no message repeats', () => {
  const url = 'http://me:secret@127.0.0.1:15020/metrics'
  expect(readSettings({ GATEWAY_METRICS_URL: url }).gateway.metricsUrl).toBe(url)
  const message = 'GATEWAY_METRICS_URL is no URL. Set it to a URL, such as http://127.0.0.1:15020/metrics.'
  expect(() => readSettings({ GATEWAY_METRICS_URL: 'htp:/me:secret@127.0.0.1' })).toThrow(new Error(message))
})
