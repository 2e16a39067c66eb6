import type { RaceEvent } from '@drag-race/contracts'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { fold, type LaneScript, makeTape } from '../testing/tape.ts'
import { DefinitionsTable } from './definitions-table.tsx'

const streamed: LaneScript = { model: 'm', tokensAt: [10, 20, 30], end: 'done' }
const withoutUsage = (event: RaceEvent): RaceEvent =>
  event.type === 'done' ? { ...event, usage: { ...event.usage, source: 'tokenizer' } } : event

test('marks what has our count in it, and nothing else', () => {
  expect(textOf([streamed])).not.toContain('≈')
  const counted = textOf([streamed], withoutUsage)
  expect(counted).toContain('≈: no usage came, and n is our tokenizer’s count.')
  expect(counted).toContain('≈100.0tok/s')
  expect(counted).toMatch(/request latencylast text30.0ms/)
})

test('marks n of the text alone where a part of the reasoning was hidden', () => {
  const hidden = textOf([streamed], (event) => {
    if (event.type === 'token' && event.seq === 3) return { ...event, kind: 'reasoning' }
    if (event.type !== 'done') return event
    return { ...event, usage: { ...event.usage, outputTokens: 102, reasoningTokens: 100 } }
  })
  expect(hidden).toContain('Where reasoning was hidden in part')
  expect(hidden).toMatch(/decode speed.*≈100\.0tok/)
  expect(hidden).toMatch(/end to end.*[^≈]3,400tok/)
})

test('says how far the arrivals that all of it is made of may be off: by the margin, and the lag of a disturbed clock', () => {
  expect(textOf([streamed])).toContain('Every arrival may be off by ±\u00a01.0\u00a0ms.')
  const clock = { calibratedAt: null, lagMs: 84.36, disturbed: true, sentinel: null }
  const late = (event: RaceEvent): RaceEvent => (event.type === 'race-end' ? { ...event, clock } : event)
  expect(textOf([streamed], late)).toContain('Every arrival may be off by ±\u00a085\u00a0ms.')
  const unmeasured = (event: RaceEvent): RaceEvent =>
    event.type === 'race-end' ? { ...event, marginMs: null } : event
  expect(textOf([streamed], unmeasured)).not.toContain('may be off')
})

test('a lane that broke off has the end-to-end speed of its slip, as far as it came', () => {
  expect(textOf([{ ...streamed, end: 'failed', endAt: 40 }])).toContain('≈75.0tok/s')
})

test('says what the built-in gateway holds back, and of no other gateway', () => {
  const words = 'holds headers and all chunks back until the first token'
  expect(textOf([{ ...streamed, prepared: true }])).toContain(words)
  expect(textOf([streamed])).not.toContain(words)
})

/** The page without its marks, each row on a line. */
function textOf(lanes: LaneScript[], change = (event: RaceEvent): RaceEvent => event): string {
  const race = fold(makeTape({ lanes }).map(change))
  return renderToStaticMarkup(<DefinitionsTable race={race} />)
    .replaceAll('</tr>', '\n')
    .replaceAll(/<[^>]*>/g, '')
}
