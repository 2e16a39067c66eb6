/** Which line feeds belong to the usage chunk: the second half of a CRLF that was cut, and no other. */
import { expect, test } from 'vitest'
import { usageChunk } from '../testing/chunks.ts'
import { createReportCarrier, createUsageDropper } from './usage-chunk.ts'
import type { AnswerFacts } from './watch.ts'

const usage = Buffer.from(usageChunk)
const cut = Buffer.from(`${usageChunk.trim()}\r`)
const lineFeed = Buffer.from('\n')

test('with a dropped chunk the rest of its CRLF is dropped', () => {
  const dropper = createUsageDropper()
  expect(dropper.pass(lineFeed, 'comment')).toEqual([lineFeed])
  expect(dropper.pass(usage, 'usage')).toEqual([])
  expect(dropper.pass(lineFeed, 'comment')).toEqual([lineFeed])
  expect(dropper.pass(cut, 'usage')).toEqual([])
  expect(dropper.pass(lineFeed, 'comment')).toEqual([])
  expect(dropper.pass(lineFeed, 'comment')).toEqual([lineFeed])
})

test('a usage chunk whose lines end in CR alone takes nothing of the next event with it', () => {
  const dropper = createUsageDropper()
  const event = Buffer.from('data: {}\r\r')
  expect(dropper.pass(cut, 'usage')).toEqual([])
  expect(dropper.pass(event, 'event')).toEqual([event])
  expect(dropper.pass(lineFeed, 'comment')).toEqual([lineFeed])
})

test('a chunk that is held gets the rest of its CRLF, and nothing else', () => {
  const facts = { error: null } as AnswerFacts
  const carrier = createReportCarrier(facts, () => {
    throw new Error('nothing has ended')
  })
  const comment = Buffer.from(': still here\n\n')
  const event = Buffer.from('data: {}\n\n')
  carrier.pass(usage, 'usage')
  expect(carrier.pass(lineFeed, 'comment')).toEqual([lineFeed])
  expect(carrier.pass(cut, 'usage')).toEqual([usage])
  expect(carrier.pass(comment, 'comment')).toEqual([comment])
  expect(carrier.pass(lineFeed, 'comment')).toEqual([])
  expect(carrier.pass(event, 'event')).toEqual([Buffer.concat([cut, lineFeed]), event])
})
