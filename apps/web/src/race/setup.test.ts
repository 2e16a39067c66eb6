import { lanesMax, type ModelInfo, type Prompt, RaceRequest } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { ApiProblem } from '../read-json.ts'
import { toFieldProblems } from './field-problems.ts'
import { nextChoice, toModelGroups, toUnavailableText } from './model-choice.ts'
import {
  emptyLane,
  emptySetup,
  fromRequest,
  nextModel,
  parseSetup,
  toRequest,
  withDefaults,
} from './setup.ts'
import { useSetup } from './setup-store.ts'

const model = (id: string, part: Partial<ModelInfo> = {}): ModelInfo => ({
  id,
  provider: 'acme',
  available: true,
  reason: null,
  missing: null,
  simulated: false,
  discovered: false,
  virtual: false,
  description: null,
  ...part,
})
const simulated = ['sim-flaky', 'sim-heavy', 'sim-sprint'].map((id) => model(id, { simulated: true }))
const locked = model('locked', { available: false, missing: 'ACME_API_KEY', reason: 'No key.' })
const prompts: Prompt[] = [{ id: 'p1', title: 'T', category: 'maths', text: 'Prove it.', isBuiltIn: true }]
const chosen = (models: ModelInfo[]) =>
  withDefaults(emptySetup, models, prompts).lanes.map((lane) => lane.model)

test('two lanes are chosen already: real models first, then a fast and a slow simulated one', () => {
  expect(chosen([locked, ...simulated])).toEqual(['sim-sprint', 'sim-heavy'])
  expect(chosen([...simulated, model('a'), model('b'), model('c')])).toEqual(['a', 'b'])
  expect(chosen([...simulated, model('a')])).toEqual(['a', 'sim-sprint'])
  expect(chosen([locked])).toEqual([])
})

test('a name for several models is chosen when no model of its own answers', () => {
  const routes = ['by-task', 'rescue'].map((id) => model(id, { virtual: true }))
  expect(chosen([...routes, ...simulated, model('a'), model('b')])).toEqual(['a', 'b'])
  expect(chosen([...routes, ...simulated, model('a')])).toEqual(['a', 'sim-sprint'])
  expect(chosen([...routes, ...simulated])).toEqual(['sim-sprint', 'sim-heavy'])
  expect(chosen([...routes, model('a')])).toEqual(['a', 'by-task'])
})

test('an added lane takes the model of the lane before it, on an empty strip one that can race', () => {
  expect(nextModel([emptyLane('a'), emptyLane('b')], simulated)).toBe('b')
  expect(nextModel([], [locked, ...simulated])).toBe('sim-sprint')
  expect(nextModel([], [locked])).toBe('')
})

test('defaults do not replace what was chosen', () => {
  const setup = { ...emptySetup, prompt: 'mine', lanes: [emptyLane('x')] }
  expect(withDefaults(setup, simulated, prompts)).toBe(setup)
  expect(withDefaults(emptySetup, simulated, prompts)).toMatchObject({ prompt: 'Prove it.', promptId: 'p1' })
})

test('a prompt that was emptied stays empty when the models are read again, lanes without models do not', () => {
  const { fill, change } = useSetup.getState()
  fill([], prompts)
  change({ prompt: '', promptId: null })
  fill(simulated, prompts)
  expect(useSetup.getState().setup).toMatchObject({ prompt: '', promptId: null })
  expect(useSetup.getState().setup.lanes.map((lane) => lane.model)).toEqual(['sim-sprint', 'sim-heavy'])
})

test('a setup becomes a request that the app accepts, and comes back from it', () => {
  const lanes = [
    {
      ...emptyLane('a'),
      temperature: '0',
      maxTokens: '512',
      metadata: 'task=summary\nteam=a=b',
      system: 'Be brief.',
    },
    emptyLane('b'),
  ]
  const setup = { ...emptySetup, prompt: 'p', finish: 'tokens' as const, finishTokens: '120', lanes }
  expect(toRequest(setup)).toEqual({
    prompt: 'p',
    finish: { tokens: 120 },
    lanes: [
      {
        model: 'a',
        stream: true,
        params: { temperature: 0, maxTokens: 512, metadata: { task: 'summary', team: 'a=b' } },
        system: 'Be brief.',
      },
      { model: 'b', stream: true },
    ],
  })
  expect(fromRequest(RaceRequest.parse(toRequest(setup)))).toEqual(setup)
})

test.each([
  ['temperature', '0,2', 0.2],
  ['temperature', ' 1.5 ', 1.5],
  ['temperature', '-', Number.NaN],
  ['maxTokens', ' 512 ', 512],
  ['maxTokens', '1.000', Number.NaN],
  ['maxTokens', '1,000', Number.NaN],
])('of a number only what everybody reads alike is taken: %s %j', (field, text, number) => {
  const lanes = [{ ...emptyLane('a'), [field]: text }]
  expect(toRequest({ ...emptySetup, lanes }).lanes[0]!.params).toEqual({ [field]: number })
})

test('metadata are one on each line; one without a name goes to the app, which says how to write it', () => {
  const asked = (metadata: string) =>
    toRequest({ ...emptySetup, lanes: [{ ...emptyLane('a'), metadata }] }).lanes[0]!.params?.metadata
  expect(asked(' task = summary \n\nempty=')).toEqual({ task: 'summary', empty: '' })
  expect(asked('task: summary')).toEqual({ '': 'task: summary' })
  expect(asked(' \n')).toBeUndefined()
})

test.each([{ 'a=b': 'c' }, { a: 'b\nc' }, { a: ' b' }])(
  'metadata %j fit in no field, and are left out',
  (metadata) => {
    useSetup
      .getState()
      .takeOver(RaceRequest.parse({ prompt: 'p', lanes: [{ model: 'a', params: { metadata } }] }))
    expect(useSetup.getState().setup.lanes[0]!.metadata).toBe('')
    expect(useSetup.getState().leftOut).toEqual(['metadata of its lanes'])
  },
)

test('what a race was asked with that has no field is left out, and named', () => {
  const request = RaceRequest.parse({
    system: 'Be brief.',
    messages: [
      { role: 'user', content: 'What is 6 times 7?' },
      { role: 'assistant', content: '42' },
      { role: 'user', content: 'And 8 times 9?' },
    ],
    lanes: [
      { model: 'a', params: { topP: 0.9 } },
      { model: 'b', params: { seed: 7 }, system: 'Be long.' },
    ],
    tags: { build: '1.4' },
  })
  const store = useSetup.getState()
  const leftOut = () => useSetup.getState().leftOut
  store.takeOver(request)
  expect(useSetup.getState().setup).toMatchObject({
    prompt: 'And 8 times 9?',
    lanes: [{ system: 'Be brief.' }, { system: 'Be long.' }],
  })
  expect(leftOut()).toEqual(['2 other messages of its conversation', 'top p', 'the seed', 'its tags'])
  store.changeLane(0, { temperature: '1' })
  expect(leftOut()).toHaveLength(4)
  store.choosePrompt({ id: 'p1', text: 'Prove it.' })
  expect(leftOut()).toEqual([])
})

test('a race that came from a setup goes back into it without loss, a rerun too', () => {
  const request = RaceRequest.parse({
    ...toRequest({ ...emptySetup, prompt: 'p', lanes: [emptyLane('a')] }),
    tags: { 'rerun-of': 'r1' },
  })
  useSetup.getState().takeOver(request)
  expect(useSetup.getState().leftOut).toEqual([])
})

test('a draft that was replaced by a race comes back, and so does what was typed meanwhile', () => {
  const raced = RaceRequest.parse({ prompt: 'raced', lanes: [{ model: 'b' }] })
  const store = useSetup.getState()
  const prompts = () => [useSetup.getState().setup.prompt, useSetup.getState().draft?.prompt ?? null]
  store.takeOver(raced)
  store.keepInRace(useSetup.getState().setup)
  store.change({ prompt: 'mine' })
  store.takeOver(raced)
  expect(prompts()).toEqual(['raced', 'mine'])
  store.takeOver(raced)
  expect(prompts()).toEqual(['raced', 'mine'])
  store.change({ prompt: 'meanwhile' })
  store.bringDraftBack()
  expect(prompts()).toEqual(['mine', 'meanwhile'])
  store.choosePrompt({ id: 'p1', text: 'Prove it.' })
  expect(prompts()).toEqual(['Prove it.', 'mine'])
  store.choosePrompt({ id: 'p2', text: 'Disprove it.' })
  expect(prompts()).toEqual(['Disprove it.', 'mine'])
  store.keepInRace(useSetup.getState().setup)
  store.takeOver(raced)
  expect(prompts()).toEqual(['raced', null])
})

test('a full strip keeps its lanes when one is duplicated', () => {
  const lanes = Array.from({ length: lanesMax }, (_, index) => emptyLane(`m${index}`))
  const store = useSetup.getState()
  store.change({ lanes })
  store.duplicateLane(0)
  store.addLane('one more')
  expect(useSetup.getState().setup.lanes).toEqual(lanes)
})

test('a stored setup is read back; anything else is ignored', () => {
  const setup = { ...emptySetup, prompt: 'p', lanes: [{ ...emptyLane('a'), stream: false }] }
  expect(parseSetup(JSON.stringify(setup))).toEqual(setup)
  for (const stored of [null, '', '{', '[]', '7', '{"lanes":[3]}', '{"finish":"never"}']) {
    expect(parseSetup(stored)).toEqual(emptySetup)
  }
})

test('messages are sorted by field, whichever way the path is written', () => {
  const details = [
    { path: 'prompt', message: 'Empty.' },
    { path: 'lanes.1.model', message: 'No such model.' },
    { path: 'lanes[1].params.temperature', message: 'Too hot.' },
    { path: 'lanes', message: 'Too many.' },
  ]
  expect(toFieldProblems(new ApiProblem('invalid_request', 400, 'Wrong.', details))).toEqual({
    prompt: ['Empty.'],
    finish: [],
    lanes: { 1: ['No such model.', 'temperature: Too hot.'] },
    other: ['Too many.'],
  })
  expect(toFieldProblems(new ApiProblem('unreachable', 0, 'Away.')).other).toEqual(['Away.'])
})

test('models are found by name and provider, the ones that can race first', () => {
  const models = [locked, model('llama', { provider: 'groq' }), model('haiku'), ...simulated]
  expect(toModelGroups(models, '').map(({ provider }) => provider)).toEqual(['acme', 'groq', 'simulated'])
  expect(toModelGroups(models, '')[0]!.models.map(({ id }) => id)).toEqual(['haiku', 'locked'])
  expect(toModelGroups(models, 'groq LLA')).toMatchObject([{ models: [{ id: 'llama' }] }])
  expect(toModelGroups(models, 'nothing')).toEqual([])
  expect(toUnavailableText(locked)).toBe('set ACME_API_KEY')
})

test('arrows go round the models that can race, and enter them at the end that they come from', () => {
  const choices = ['a', 'b', 'c'].map((id) => model(id))
  const go = (active: string | null, by: 1 | -1) => nextChoice(choices, active, by)?.id
  expect([go('a', 1), go('c', 1), go('c', -1), go('a', -1)]).toEqual(['b', 'a', 'b', 'c'])
  expect([go(null, 1), go('locked', -1)]).toEqual(['a', 'c'])
  expect(nextChoice([], null, 1)).toBeUndefined()
})
