import { goodAnswer } from './door.ts'
import { type RunningGateway, type StartOptions, startGateway } from './gateway.ts'
import { useOpened } from './opened.ts'
import { type Answering, startUpstream, type Upstream } from './upstream.ts'

export interface Servers {
  /** A provider. */
  serve(answer?: Answering): Promise<Upstream>
  start(llm: object, options?: StartOptions): Promise<RunningGateway>
}

/** Providers and gateways that end with the test. */
export function useServers(): Servers {
  const opened = useOpened()
  return {
    async serve(answer = goodAnswer) {
      const upstream = await startUpstream(answer)
      opened.push(upstream)
      return upstream
    },
    async start(llm, options) {
      const gateway = await startGateway(llm, options)
      opened.push(gateway)
      return gateway
    },
  }
}
