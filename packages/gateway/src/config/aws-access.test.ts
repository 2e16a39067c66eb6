import { describe, expect, test } from 'vitest'
import { startGateway } from '../testing/gateway.ts'
import { variables } from '../testing/native.ts'
import { useOpened } from '../testing/opened.ts'

const opened = useOpened()

describe('Bedrock without its variables', () => {
  const list = async (params: object, given: Record<string, string>) => {
    const gateway = await startGateway(
      { models: [{ name: 'm', provider: 'bedrock', params }] },
      { variables: given },
    )
    opened.push(gateway)
    const { data } = (await (await fetch(`${gateway.url}/v1/models`)).json()) as { data: object[] }
    return data[0]!
  }
  const { AWS_SESSION_TOKEN: _, ...permanent } = variables

  test.each([
    [{}, {}, 'AWS_ACCESS_KEY_ID'],
    [{}, { AWS_ACCESS_KEY_ID: 'a', AWS_REGION: 'r' }, 'AWS_SECRET_ACCESS_KEY'],
    [{}, { ...permanent, AWS_REGION: ' ' }, 'AWS_REGION'],
    [{ accessKeyId: '$MINE' }, permanent, 'MINE'],
    [{ sessionToken: '$AWS_SESSION_TOKEN' }, permanent, 'AWS_SESSION_TOKEN'],
    [{ apiKey: '$AWS_BEARER_TOKEN_BEDROCK' }, permanent, 'AWS_BEARER_TOKEN_BEDROCK'],
  ])('%j of %j: unavailable, and says %s', async (params, given, missing) => {
    expect(await list(params, given)).toMatchObject({ available: false, missing })
  })

  test.each([
    [{}, permanent],
    [{ region: 'eu-central-1' }, { ...permanent, AWS_REGION: '' }],
    [{}, { ...permanent, AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-west-1' }],
    [{ baseUrl: 'https://bedrock-runtime.eu-west-3.amazonaws.com' }, { ...permanent, AWS_REGION: '' }],
    [{ baseUrl: 'https://bedrock.example.com', apiKey: '$KEY' }, { KEY: 'k' }],
  ])('%j of %j: available', async (params, given) => {
    expect(await list(params, given)).toMatchObject({ available: true })
  })

  test('a region that makes no address, or a broken key, stops nothing', async () => {
    expect(await list({ region: 'eu west' }, permanent)).toMatchObject({
      available: false,
      reason: expect.stringContaining('region'),
    })
    expect(await list({ secretAccessKey: 'with “quotes”' }, permanent)).toMatchObject({
      available: false,
      reason: expect.stringContaining('AWS keys'),
    })
  })

  test('its keys on another provider are a fault of the config', async () => {
    const models = [{ name: 'm', provider: 'openai', params: { apiKey: 'k', region: 'eu' } }]
    await expect(startGateway({ models })).rejects.toThrow(
      /params\.region.*is of use to provider bedrock only/,
    )
  })
})
