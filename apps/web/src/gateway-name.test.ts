import { expect, test } from 'vitest'
import { toGatewayName } from './gateway-name.ts'

test.each([
  ['http://127.0.0.1:4000', true, 'built-in gateway :4000'],
  ['http://localhost:4001', true, 'built-in gateway :4001'],
  ['http://gateway:4000', true, 'built-in gateway gateway:4000'],
  ['https://race.example', true, 'built-in gateway race.example'],
  ['http://127.0.0.1:3000', false, '127.0.0.1:3000'],
  ['https://litellm.example/proxy', false, 'litellm.example'],
])('%s, built in: %s', (url, isBuiltIn, name) => {
  expect(toGatewayName({ url, isBuiltIn })).toBe(name)
})
