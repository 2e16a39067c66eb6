import type { Prompt } from '@drag-race/contracts'
import type { UseQueryResult } from '@tanstack/react-query'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { PromptLibrary } from './prompt-field.tsx'

test('the library beside the setup has the order of its own page: own prompts stand first in their category', () => {
  const shipped: Prompt = { id: 'a', title: 'Shipped', category: 'coding', text: 'x', isBuiltIn: true }
  const own: Prompt = { ...shipped, id: 'b', title: 'Own', isBuiltIn: false }
  const other: Prompt = { ...shipped, id: 'c', title: 'Other', category: 'an own category', isBuiltIn: false }
  const prompts = { data: [other, shipped, own], error: null, isPending: false } as UseQueryResult<Prompt[]>
  const html = renderToStaticMarkup(<PromptLibrary prompts={prompts} onChosen={() => {}} />)
  expect(html.match(/Shipped|Own|Other/g)).toEqual(['Own', 'Shipped', 'Other'])
})
