import { type ModelInfo, type Prompt, RaceRequest } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { ApiProblem } from '../read-json.ts'
import { toFieldProblems } from './field-problems.ts'
import { toModelGroups, toUnavailableText } from './model-choice.ts'
import { emptyLane, emptySetup, fromRequest, parseSetup, toRequest, withDefaults } from './setup.ts'

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

test('defaults leave alone what was chosen', () => {
  const setup = { ...emptySetup, prompt: 'mine', lanes: [emptyLane('x')] }
  expect(withDefaults(setup, simulated, prompts)).toBe(setup)
  expect(withDefaults(emptySetup, simulated, prompts)).toMatchObject({ prompt: 'Prove it.', promptId: 'p1' })
})

test('a setup becomes a request that the app accepts, and comes back from it', () => {
  const lanes = [
    { ...emptyLane('a'), temperature: '0', maxTokens: '512', system: 'Be brief.' },
    emptyLane('b'),
  ]
  const setup = { ...emptySetup, prompt: 'p', finish: 'tokens' as const, finishTokens: '120', lanes }
  expect(toRequest(setup)).toEqual({
    prompt: 'p',
    finish: { tokens: 120 },
    lanes: [
      { model: 'a', stream: true, params: { temperature: 0, maxTokens: 512 }, system: 'Be brief.' },
      { model: 'b', stream: true },
    ],
  })
  expect(fromRequest(RaceRequest.parse(toRequest(setup)))).toEqual(setup)
})

test('what is stored is read back; what is no setup is passed over', () => {
  const setup = { ...emptySetup, prompt: 'p', lanes: [{ ...emptyLane('a'), stream: false }] }
  expect(parseSetup(JSON.stringify(setup))).toEqual(setup)
  for (const stored of [null, '', '{', '[]', '7', '{"lanes":[3]}', '{"finish":"never"}']) {
    expect(parseSetup(stored)).toEqual(emptySetup)
  }
})

test('messages stand at their fields, whichever way the path is written', () => {
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
