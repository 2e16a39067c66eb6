import type { ModelInfo } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { toSimulatedModels } from './simulated-models.ts'

const model = (id: string, part: Partial<ModelInfo> = {}): ModelInfo => ({
  id,
  provider: null,
  available: true,
  reason: null,
  missing: null,
  simulated: true,
  discovered: false,
  virtual: false,
  description: null,
  ...part,
})

test('the clock is measured against the exact model, else a plain one, and a virtual one last', () => {
  const models = [
    model('turns', { virtual: true }),
    model('real', { simulated: false }),
    model('sim-a'),
    model('keyless', { available: false }),
    model('sim-b'),
  ]
  expect(toSimulatedModels(models)).toEqual(['sim-a', 'sim-b', 'turns'])
  expect(toSimulatedModels([...models, model('sim-sentinel')])[0]).toBe('sim-sentinel')
  expect(toSimulatedModels([])).toEqual([])
})
