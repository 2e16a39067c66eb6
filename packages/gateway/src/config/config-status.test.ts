/** What `GET /admin/config` and the metrics say of the config in force, and of an edit that was refused. */
import { expect, test } from 'vitest'
import { bearer, keyOf } from '../testing/door.ts'
import { messages, oneModel, type RunningGateway } from '../testing/gateway.ts'
import { useServers } from '../testing/use-servers.ts'
import { loadConfig } from './load.ts'

const { serve, start } = useServers()

const plain = { model: 'm', messages }
const admin = { apiKeys: { keys: [keyOf('boss', { isAdmin: true })] } }

async function readConfigStatus({ url }: RunningGateway): Promise<object> {
  const response = await fetch(`${url}/admin/config`, bearer('key-of-boss'))
  return (await response.json()) as object
}

test('a bad config is refused with all its faults, and the old one stays in force', async () => {
  const upstream = await serve()
  const good = { ...oneModel(upstream.url), policies: admin }
  const gateway = await start(good)
  gateway.reload(good)
  const before = await readConfigStatus(gateway)
  gateway.reload({ models: [{ name: 'm', provider: 'grok', key: 'x' }], policies: admin })

  const faults = [
    expect.stringContaining('did you mean "groq"'),
    expect.stringContaining('unknown key "key"'),
  ]
  expect(gateway.logs.at(-1)).toMatchObject({ level: 50, faults })
  expect(await readConfigStatus(gateway)).toEqual({
    ...before,
    refused: { at: '2026-01-01T00:00:00.000Z', hash: expect.stringMatching(/^[0-9a-f]{64}$/), faults },
  })
  expect((await gateway.chat(plain, bearer('key-of-boss'))).status).toBe(200)
  expect(await gateway.sample('gateway_config_reloads_total', 'outcome="refused"')).toBe(1)
  expect(await gateway.sample('gateway_config_reloads_total', 'outcome="applied"')).toBe(1)
  expect(await gateway.sample('gateway_config_last_reload_success_timestamp_seconds')).toBe(
    Date.parse('2026-01-01T00:00:00Z') / 1000,
  )

  for (const _twice of [1, 2]) gateway.reload(good)
  const takenBack = gateway.logs.filter(({ msg }) => msg === 'gateway.yaml is the config in force again')
  expect(takenBack).toHaveLength(1)
  expect(await readConfigStatus(gateway)).toEqual(before)
  expect(await gateway.sample('gateway_config_reloads_total', 'outcome="applied"')).toBe(1)
})

test('a file that cannot be read is one refusal, however often it is looked at, until the reason changes', async () => {
  const gateway = await start({ policies: admin })
  for (const code of ['ENOENT', 'ENOENT', 'EACCES', 'EACCES']) {
    const faults = [`gateway.yaml cannot be read (${code}). Put it back.`]
    gateway.gateway.reload({ isValid: false, faults, warnings: [], hash: null })
  }
  expect(gateway.logs.map(({ faults }) => String(faults))).toEqual([
    expect.stringContaining('ENOENT'),
    expect.stringContaining('EACCES'),
  ])
  expect(await gateway.sample('gateway_config_reloads_total', 'outcome="refused"')).toBe(2)
})

test('the state of the config is for admins only', async () => {
  const gateway = await start({
    policies: { apiKeys: { keys: [keyOf('boss', { isAdmin: true }), keyOf('a')] } },
  })
  const refused = await fetch(`${gateway.url}/admin/config`, bearer('key-of-a'))
  expect([refused.status, await refused.json()]).toMatchObject([403, { error: { code: 'admin_required' } }])
  const open = await start({})
  expect((await fetch(`${open.url}/admin/config`)).status).toBe(404)
})

test('warnings are listed as long as their config is in force', async () => {
  const gateway = await start({ policies: admin })
  const llm = JSON.stringify({ discovery: [], policies: admin })
  const edited = loadConfig(`binds: []\nllm: ${llm}`, {})
  gateway.gateway.reload({ ...edited, hash: 'edited' })
  const warnings = ['binds (line 1): is not a key of this gateway and is ignored']
  expect(await readConfigStatus(gateway)).toMatchObject({ hash: 'edited', warnings, refused: null })

  gateway.reload({ models: [{ name: 'm', provider: 'grok' }], policies: admin })
  expect(await readConfigStatus(gateway)).toMatchObject({
    warnings,
    refused: { faults: [expect.any(String)] },
  })
  gateway.reload({ policies: admin, models: [] })
  expect(await readConfigStatus(gateway)).toMatchObject({ warnings: [], refused: null })
})
