import { RaceRequest } from '@drag-race/contracts'
import { expect, test } from 'vitest'
import { countTokens } from './count-tokens.ts'
import type { LanesOrder } from './messages.ts'
import { countPrompt } from './prompt-tokens.ts'

const orderOf = (request: object) => ({ request: RaceRequest.parse(request) }) as LanesOrder

test('the tokens of a lane are those of its system text and of all messages', () => {
  const messages = [
    { role: 'user', content: 'Why is the sky blue?' },
    { role: 'assistant', content: 'Rayleigh scattering.' },
    { role: 'user', content: 'Why is the sky blue?' },
  ]
  const lanes = [{ model: 'a' }, { model: 'b', system: 'Answer in verse.' }]
  const order = orderOf({ messages, lanes, system: 'Be brief.' })
  const shared = messages.reduce((sum, { content }) => sum + countTokens(content), 0)
  const [a, b] = order.request.lanes
  expect(countPrompt(order, a!)).toBe(shared + countTokens('Be brief.'))
  expect(countPrompt(order, b!)).toBe(shared + countTokens('Answer in verse.'))
})
