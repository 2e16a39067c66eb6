import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { checkExporter } from './check-exporter.ts'

const here = fileURLToPath(import.meta.url)
const prefix = 'OTEL_EXPORTER_OTLP_'

test.each([
  ['HEADERS', 'authorization=Bearer%20abc, x-team = search ,'],
  ['HEADERS', 'authorization=Basic YWJj==;of=no-use'],
  ['HEADERS', ' '],
  ['TIMEOUT', '10000'],
  ['COMPRESSION', ' gzip '],
  ['COMPRESSION', 'none'],
  ['CERTIFICATE', here],
  ['CLIENT_KEY', ''],
])('%s may be "%s"', (setting, text) => {
  for (const name of [prefix, `${prefix}TRACES_`]) checkExporter({ [name + setting]: text })
})

test.each([
  ['HEADERS', 'authorization: Bearer abc', 'has no header in place 1: set it to name=value'],
  ['HEADERS', 'a=b,secret', 'has no header in place 2'],
  ['HEADERS', 'a=', 'has no header in place 1'],
  ['HEADERS', '=secret', 'has no header in place 1'],
  ['HEADERS', 'x token=secret', 'has no header in place 1'],
  ['HEADERS', 'a=100%', 'has no header in place 1'],
  ['HEADERS', 'a=two%0Alines', 'has no header in place 1'],
  ['TIMEOUT', '10s', 'is "10s": set it to a number of milliseconds, from 1 to 3600000.'],
  ['TIMEOUT', '0', 'is "0": set it'],
  ['COMPRESSION', 'zstd', 'is "zstd": set it to gzip or none.'],
  ['CERTIFICATE', '/nowhere/ca.pem', 'is "/nowhere/ca.pem", which cannot be read (ENOENT): set it to a file'],
  ['CLIENT_CERTIFICATE', '/', 'is "/", which cannot be read (EISDIR)'],
  ['CLIENT_KEY', '/nowhere/key.pem', 'is "/nowhere/key.pem", which cannot be read'],
])('%s may not be "%s"', (setting, text, words) => {
  for (const name of [prefix, `${prefix}TRACES_`]) {
    expect(() => checkExporter({ [name + setting]: text })).toThrow(`${name}${setting} ${words}`)
  }
})

test('no header is in the message', () => {
  const variables = { OTEL_EXPORTER_OTLP_HEADERS: 'authorization secret' }
  expect(() => checkExporter(variables)).toThrow(expect.not.stringContaining('secret'))
})
