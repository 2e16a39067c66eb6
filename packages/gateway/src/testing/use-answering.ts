/** One gateway for all tests of a file, in front of a provider whose answer each test sets. */
import { afterAll, beforeAll } from 'vitest'
import { oneModel, type RunningGateway, startGateway } from './gateway.ts'
import { type Answering, startUpstream, type Upstream } from './upstream.ts'

export function useAnswering() {
  let upstream: Upstream
  const at = {} as { gateway: RunningGateway; answering: Answering }
  beforeAll(async () => {
    upstream = await startUpstream((response, request) => at.answering(response, request))
    at.gateway = await startGateway(oneModel(upstream.url))
  })
  afterAll(async () => {
    await at.gateway.close()
    await upstream.close()
  })
  return at
}
