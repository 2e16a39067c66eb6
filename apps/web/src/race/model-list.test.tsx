import type { ModelInfo } from '@drag-race/contracts'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { toModelGroups } from './model-choice.ts'
import { ModelList } from './model-list.tsx'

const can = { id: 'small', provider: 'acme', available: true, simulated: false, missing: null } as ModelInfo
const cannot = { ...can, id: 'large', available: false, missing: 'ACME_API_KEY' }

const list = (models: ModelInfo[], typed: string) =>
  renderToStaticMarkup(
    <ModelList
      id="list"
      label="Model"
      groups={toModelGroups(models, typed)}
      chosen=""
      active={null}
      toOptionId={(id) => id}
      onChoose={() => {}}
    />,
  )

test('says why Enter chooses nothing: no model has that name, or none of those that have it can race', () => {
  expect(list([can, cannot], 'huge')).toContain('No model of that name.')
  expect(list([can, cannot], 'large')).toContain('None of these can race: each says why.')
  expect(list([can, cannot], '')).not.toContain('picker-none')
})
