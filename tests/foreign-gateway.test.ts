/** Another OpenAI-compatible gateway in place of the built-in one, by two URLs. */

import { mkdtempSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GatewayStats, ModelList } from '@drag-race/contracts'
import { encodeEvent } from '@drag-race/wire'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { race } from '../apps/api/src/testing/race-client.ts'
import { type RunningProgram, startProgram } from './support/programs.ts'

let calls = 0
let gateway: Server
let app: RunningProgram

beforeAll(async () => {
  gateway = createServer((request, response) => {
    if (request.url === '/v1/models') {
      const models = { object: 'list', data: [{ id: 'gpt-4o-mini', object: 'model', owned_by: 'openai' }] }
      response.setHeader('content-type', 'application/json').end(JSON.stringify(models))
    } else if (request.url === '/metrics') {
      response.setHeader('content-type', 'text/plain').end(metrics())
    } else if (request.method !== 'POST') {
      response.writeHead(404).end()
    } else {
      request.resume().on('end', () => answer(response))
    }
  })
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`
  app = await startProgram('app', {
    PORT: '0',
    DATABASE_URL: `file:${join(mkdtempSync(join(tmpdir(), 'foreign-')), 'races.db')}`,
    GATEWAY_URL: url,
    GATEWAY_METRICS_URL: `${url}/metrics`,
  })
})
afterAll(async () => {
  await app?.stop()
  gateway?.close()
})

function answer(response: import('node:http').ServerResponse) {
  calls++
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const chunk = (rest: object) =>
    encodeEvent({ data: JSON.stringify({ id: 'c', object: 'chat.completion.chunk', ...rest }) })
  response.write(chunk({ choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] }))
  response.write(chunk({ choices: [{ index: 0, delta: { content: 'Because of scattering.' } }] }))
  response.write(chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }))
  response.write(
    chunk({ choices: [], usage: { prompt_tokens: 1000, completion_tokens: 4, total_tokens: 1004 } }),
  )
  response.end(encodeEvent({ data: '[DONE]' }))
}

/** Metrics as agentgateway prints them, with a hostile route name. */
function metrics(): string {
  const labels =
    'gen_ai_operation_name="chat",gen_ai_system="openai",gen_ai_request_model="gpt-4o-mini",gen_ai_response_model="gpt-4o-mini-2024-07-18",route="a \\"b\\", {c}"'
  return [
    '# TYPE agentgateway_gen_ai_client_token_usage histogram',
    `agentgateway_gen_ai_client_token_usage_sum{gen_ai_token_type="input",${labels}} ${1000 * calls}`,
    `agentgateway_gen_ai_client_token_usage_count{gen_ai_token_type="input",${labels}} ${calls}`,
    `agentgateway_gen_ai_client_token_usage_sum{gen_ai_token_type="output",${labels}} ${4 * calls}`,
    `agentgateway_gen_ai_client_token_usage_count{gen_ai_token_type="output",${labels}} ${calls}`,
    '# TYPE agentgateway_gen_ai_server_time_to_first_token histogram',
    `agentgateway_gen_ai_server_time_to_first_token_sum{${labels}} ${0.25 * calls}`,
    `agentgateway_gen_ai_server_time_to_first_token_count{${labels}} ${calls}`,
    '# TYPE agentgateway_gen_ai_server_request_duration histogram',
    `agentgateway_gen_ai_server_request_duration_bucket{le="+Inf",${labels}} ${calls}`,
    `agentgateway_gen_ai_server_request_duration_sum{${labels}} ${0.5 * calls}`,
    `agentgateway_gen_ai_server_request_duration_count{${labels}} ${calls} 1700000000000`,
    '',
  ].join('\n')
}

test('its models can race, although it says little about them', async () => {
  const { models } = (await (await fetch(`${app.url}/api/models`)).json()) as ModelList
  expect(models).toMatchObject([{ id: 'gpt-4o-mini', provider: 'openai', available: true, simulated: false }])
  const state = await race(app.url, { prompt: 'Why is the sky blue?', lanes: [{ model: 'gpt-4o-mini' }] })
  const outcome = state.lanes[0]!.outcome
  if (outcome?.kind !== 'done') throw new Error(JSON.stringify(outcome))
  expect(outcome.event).toMatchObject({
    gateway: null,
    usage: { inputTokens: 1000, outputTokens: 4, source: 'usage' },
  })
  // No report from the gateway, so the price comes from the dated table.
  expect(outcome.event.costUsd).toBeGreaterThan(0)
})

test('the panel reads its metrics by its own names', async () => {
  const before = calls
  await race(app.url, { prompt: 'p', lanes: [{ model: 'gpt-4o-mini' }, { model: 'gpt-4o-mini' }] })
  const stats = (await (await fetch(`${app.url}/api/gateway-stats`)).json()) as GatewayStats
  expect(stats).toMatchObject({ dialect: 'agentgateway', problem: null, isBuiltIn: false })
  expect(stats.rows).toMatchObject([
    {
      provider: 'openai',
      requests: before + 2,
      inputTokens: 1000 * (before + 2),
      outputTokens: 4 * (before + 2),
      ttftMs: 250,
      durationMs: 500,
    },
  ])
})
