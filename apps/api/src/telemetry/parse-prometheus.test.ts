import fc from 'fast-check'
import client from 'prom-client'
import { expect, test } from 'vitest'
import { parsePrometheus } from '../testing/parse-prometheus.ts'
import { createPrometheusParser, type Sample } from './parse-prometheus.ts'

/** Names, labels as plain objects and values of what was read. */
function read(text: string) {
  return parsePrometheus(text).samples.map(({ name, labels, value }) => [
    name,
    Object.fromEntries(labels),
    value,
  ])
}

/** The message for a single broken line. */
function faultOf(line: string): string | undefined {
  const parsed = parsePrometheus(`good 1\n${line}\nalso_good 2\n`)
  expect(parsed.samples.map(({ name }) => name)).toEqual(['good', 'also_good'])
  expect(parsed.problems).toHaveLength(1)
  expect(parsed.problems[0]?.line).toBe(2)
  return parsed.problems[0]?.message
}

test('the example page of the format reads as it says', () => {
  // From prometheus.io/docs/instrumenting/exposition_formats.
  const page = String.raw`
# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000

# Escaping in label values:
msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1.458255915e9

# Minimalistic line:
metric_without_timestamp_and_labels 12.47

# A weird metric from before the epoch:
something_weird{problem="division by zero"} +Inf -3982045
`
  expect(read(page)).toEqual([
    ['http_requests_total', { method: 'post', code: '200' }, 1027],
    ['http_requests_total', { method: 'post', code: '400' }, 3],
    [
      'msdos_file_access_time_seconds',
      { path: 'C:\\DIR\\FILE.TXT', error: 'Cannot find file:\n"FILE.TXT"' },
      1.458255915e9,
    ],
    ['metric_without_timestamp_and_labels', {}, 12.47],
    ['something_weird', { problem: 'division by zero' }, Number.POSITIVE_INFINITY],
  ])
  expect(parsePrometheus(page).problemCount).toBe(0)
})

test('commas, braces, hashes, spaces and equals signs inside a label value mean nothing', () => {
  expect(read('m{a="x,y",b="{z}",c="# 1",d=" = ",e=""} 4')).toEqual([
    ['m', { a: 'x,y', b: '{z}', c: '# 1', d: ' = ', e: '' }, 4],
  ])
})

test('an escape that is not defined is kept as it stands', () => {
  expect(read(String.raw`m{a="\d\\n"} 1`)).toEqual([['m', { a: '\\d\\n' }, 1]])
})

test('values may be infinite, not a number, negative, or written with an exponent', () => {
  const values = read('a NaN\nb +Inf\nc -Inf\nd inf\ne -1.5e-3\nf .5\ng 1.\nh 1E6').map(
    ([, , value]) => value,
  )
  const { POSITIVE_INFINITY, NEGATIVE_INFINITY } = Number
  expect(values).toEqual([
    Number.NaN,
    POSITIVE_INFINITY,
    NEGATIVE_INFINITY,
    POSITIVE_INFINITY,
    -0.0015,
    0.5,
    1,
    1_000_000,
  ])
})

test('blanks, a comma at the end, CRLF and a missing last line end are allowed', () => {
  expect(read('\r\n  m { a = "1" , b="2", }   7  \r\n\tn{} 8\r\no 9')).toEqual([
    ['m', { a: '1', b: '2' }, 7],
    ['n', {}, 8],
    ['o', {}, 9],
  ])
})

test('OpenMetrics reads too: units, exemplars, timestamps in seconds, EOF, names in quotes', () => {
  const page = `# TYPE latency_seconds histogram
# UNIT latency_seconds seconds
latency_seconds_bucket{le="0.5"} 8 1520879607.789 # {trace_id="a}b"} 0.67 1520879607.789
latency_seconds_bucket{le="+Inf"} 17 # {} 1
{"http.requests", "code.class"="2xx"} 5
# EOF
`
  expect(read(page)).toEqual([
    ['latency_seconds_bucket', { le: '0.5' }, 8],
    ['latency_seconds_bucket', { le: '+Inf' }, 17],
    ['http.requests', { 'code.class': '2xx' }, 5],
  ])
  expect(parsePrometheus(page).problemCount).toBe(0)
})

test('a label that is called like a part of an object is a label', () => {
  const [sample] = parsePrometheus('m{__proto__="x",constructor="y"} 1').samples
  expect([...(sample?.labels ?? [])]).toEqual([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ])
})

test('a broken line is reported with its number, and the others are read', () => {
  expect(faultOf('{a="1"} 2')).toBe('it does not begin with the name of a metric')
  expect(faultOf('<html>')).toBe('it does not begin with the name of a metric')
  expect(faultOf('lonely')).toBe('it has no value')
  expect(faultOf('m{a="1"}')).toBe('it has no value')
  expect(faultOf('m twelve')).toBe('its value is not a number')
  expect(faultOf('m 0x10')).toBe('its value is not a number')
  expect(faultOf('m nano')).toBe('its value is not a number')
  expect(faultOf('m 1 2 3')).toBe('what follows the value is not a timestamp')
  expect(faultOf('m 1 soon')).toBe('what follows the value is not a timestamp')
  expect(faultOf('m{a="1" 2')).toBe('the labels are not separated by commas')
  expect(faultOf('m{a="1" b="2"} 3')).toBe('the labels are not separated by commas')
  expect(faultOf('m{a="1')).toBe('the value of a label is not in quotes')
  expect(faultOf(String.raw`m{a="1\"} 2`)).toBe('the value of a label is not in quotes')
  expect(faultOf('m{a=1} 2')).toBe('the value of a label is not in quotes')
  expect(faultOf('m{a} 2')).toBe('a label has no value')
  expect(faultOf('{a} 2')).toBe('a label has no value')
  expect(faultOf('m{="1"} 2')).toBe('a label has no name, or the braces do not close')
  expect(faultOf('m{""="1"} 2')).toBe('a label has no name, or the braces do not close')
  expect(faultOf('m{')).toBe('a label has no name, or the braces do not close')
  expect(faultOf('m{a="1",a="2"} 3')).toBe('a label occurs twice')
})

test('no message quotes the page', () => {
  const parsed = parsePrometheus('secret{user="secret"\nsecret{secret} 1\nsecret secret\n"secret"')
  expect(parsed.problemCount).toBe(4)
  expect(JSON.stringify(parsed.problems)).not.toContain('secret')
})

test('the list of broken lines is bounded, and their number is not', () => {
  const parsed = parsePrometheus('!\n'.repeat(5_000))
  expect(parsed.problemCount).toBe(5_000)
  expect(parsed.problems).toHaveLength(20)
})

test('a line without an end is let go when it grows too long, and the next one is read', () => {
  const parser = createPrometheusParser()
  for (let piece = 0; piece < 20; piece++) parser.push('x'.repeat(100_000))
  parser.push('\ngood 1\n')
  const parsed = parser.end()
  expect(parsed.samples.map(({ name }) => name)).toEqual(['good'])
  expect(parsed.problems).toEqual([{ line: 1, message: 'the line is longer than 1000000 characters' }])
})

test('names are known from their declarations, before there is a sample', () => {
  const { names } = parsePrometheus('# HELP a_total what\n# TYPE b histogram\n# just a note\nc 1')
  expect([...names]).toEqual(['a_total', 'b', 'c'])
})

test('samples that are not wanted are checked, named and let go', () => {
  const parser = createPrometheusParser((name) => name === 'wanted')
  parser.push('wanted 1\nunwanted 2\nunwanted{ 3\n')
  const parsed = parser.end()
  expect(parsed.samples.map(({ name }) => name)).toEqual(['wanted'])
  expect([...parsed.names]).toEqual(['wanted', 'unwanted'])
  expect(parsed.problemCount).toBe(1)
})

function encode({ name, labels, value }: Sample, lineEnd: string): string {
  const escaped = (text: string) =>
    text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
  const list = [...labels].map(([label, text]) => `${label}="${escaped(text)}"`).join(',')
  const number = Number.isNaN(value)
    ? 'NaN'
    : Number.isFinite(value)
      ? String(value)
      : value > 0
        ? '+Inf'
        : '-Inf'
  return `${name}${list === '' ? '' : `{${list}}`} ${number}${lineEnd}`
}

const identifier = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,12}$/)
const tricky = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\\', '"', '\n', 'n', ',', '}', '{', '#', '\r') }),
)
const anySample: fc.Arbitrary<Sample> = fc.record({
  name: identifier,
  labels: fc.array(fc.tuple(identifier, tricky), { maxLength: 5 }).map((pairs) => new Map(pairs)),
  // -0 is written as 0.
  value: fc.oneof(fc.double(), fc.integer()).map((value) => (value === 0 ? 0 : value)),
})

test('what is written is read again, however the text is cut', () => {
  fc.assert(
    fc.property(
      fc.array(anySample, { maxLength: 12 }),
      fc.constantFrom('\n', '\r\n'),
      fc.array(
        fc.nat(1_000).map((thousandths) => thousandths / 1_000),
        { maxLength: 8 },
      ),
      (samples, lineEnd, cuts) => {
        const text = samples.map((sample) => encode(sample, lineEnd)).join('')
        const places = [
          0,
          ...cuts.map((part) => Math.floor(part * text.length)).sort((a, b) => a - b),
          text.length,
        ]
        const parser = createPrometheusParser()
        for (const [index, end] of places.slice(1).entries()) parser.push(text.slice(places[index], end))
        const parsed = parser.end()
        expect(parsed.problems).toEqual([])
        expect(parsed.samples).toEqual(samples)
      },
    ),
  )
})

test('no text makes it throw, and every line is either read, reported or empty', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'m{}"=,\\ \n\r#1.+N') }), (text) => {
      const parsed = parsePrometheus(text)
      const lines = text.split('\n').map((line) => line.trim())
      const meant = lines.filter((line) => line !== '' && !line.startsWith('#'))
      expect(parsed.samples.length + parsed.problemCount).toBe(meant.length)
    }),
  )
})

const contentTypes = [client.Registry.PROMETHEUS_CONTENT_TYPE, client.Registry.OPENMETRICS_CONTENT_TYPE]

test.each(contentTypes)('what prom-client prints as %s is read whole', async (contentType) => {
  const register = new client.Registry<client.RegistryContentType>()
  register.setContentType(contentType)
  const odd = 'a "quoted", {braced}\\ \n value'
  new client.Counter({
    name: 'calls',
    help: 'odd \\ help\nin two lines',
    labelNames: ['model'],
    registers: [register],
  }).inc({ model: odd }, 3)
  const histogram = new client.Histogram({
    name: 'seconds',
    help: 'h',
    labelNames: ['model'],
    buckets: [0.1, 1],
    registers: [register],
  })
  for (const value of [0.05, 0.5, 5]) histogram.observe({ model: odd }, value)

  const parsed = parsePrometheus(await register.metrics())
  const found = parsed.samples.map(({ name, labels, value }) => [name, labels.get('le'), value])
  expect(parsed.problems).toEqual([])
  expect(parsed.samples.every(({ labels }) => labels.get('model') === odd)).toBe(true)
  expect(found).toEqual([
    [contentType.startsWith('text') ? 'calls' : 'calls_total', undefined, 3],
    ['seconds_bucket', '0.1', 1],
    ['seconds_bucket', '1', 2],
    ['seconds_bucket', '+Inf', 3],
    ['seconds_sum', undefined, 5.55],
    ['seconds_count', undefined, 3],
  ])
})
