import { expect, test } from 'vitest'
import { type AskedWith, areAskedAlike, type RaceRequest, toAskedWith, toAskedWords } from './index.ts'

const request = (...lanes: Partial<RaceRequest['lanes'][number]>[]): RaceRequest => ({
  prompt: 'p',
  finish: 'done',
  lanes: lanes.map((lane) => ({ model: 'm', stream: true, ...lane })),
})
const asked = (race: RaceRequest, lane = 0): AskedWith => toAskedWith(race, lane)!

test('only settings that were set are named, always in the same order', () => {
  const metadata = { team: 'a', task: 'summary' }
  const params = { seed: 7, metadata, topP: 0.9, temperature: 0, maxTokens: 3 }
  expect(toAskedWords(asked(request({ params, system: 'Be brief.' })))).toEqual([
    'max tokens 3',
    'temperature 0',
    'top p 0.9',
    'seed 7',
    'metadata task=summary, team=a',
    'own system prompt',
  ])
  expect(toAskedWords(asked(request({ params: { metadata: {} } })))).toEqual([])
  expect(toAskedWords(asked(request({})))).toEqual([])
  expect(toAskedWords(asked({ ...request({}), system: 'Be brief.' }))).toEqual(['system prompt of all'])
})

test('two lanes were asked alike where the same was sent, whether it was set for the lane or for all', () => {
  const [a, b] = [
    { temperature: 1, seed: 7, metadata: { task: 'summary', team: 'a' } },
    { metadata: { team: 'a', task: 'summary' }, seed: 7, temperature: 1 },
  ]
  expect(areAskedAlike(asked(request({ params: a })), asked(request({ params: b })))).toBe(true)
  expect(areAskedAlike(asked(request({ params: a })), asked(request({})))).toBe(false)
  const other = { ...a, metadata: { task: 'chat', team: 'a' } }
  expect(areAskedAlike(asked(request({ params: a })), asked(request({ params: other })))).toBe(false)
  const [one, two] = [{ task: 'a, team=b' }, { task: 'a', team: 'b' }]
  const ofOne = asked(request({ params: { metadata: one } }))
  expect(areAskedAlike(ofOne, asked(request({ params: { metadata: two } })))).toBe(false)
  const race = { ...request({}, { system: 'Be brief.' }, { system: 'Be long.' }), system: 'Be brief.' }
  expect(areAskedAlike(asked(race, 0), asked(race, 1))).toBe(true)
  expect(areAskedAlike(asked(race, 0), asked(race, 2))).toBe(false)
})

test('a sentinel was not asked', () => {
  expect(toAskedWith(request({}), 1)).toBeNull()
})
