/**
 * `POST /connections {"models": ["a", "a", "b"]}`: a caller that is about to send these calls has the connections to
 * their providers opened before. It is not a call: only a handshake is sent to a provider.
 */
import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import type { ChatParts } from './chat.ts'
import { GatewayError } from './errors.ts'
import { readJsonBody } from './read-json-body.ts'
import { toEntries, unknownModel } from './routing/resolve.ts'

const modelsMax = 64
const bodyBytesMax = 64 * 1024
const Body = z.strictObject({ models: z.array(z.string().min(1)).min(1).max(modelsMax) })

export interface ConnectionsList {
  object: 'list'
  /** `ready`: how many calls to the model would find an open connection, whichever provider they are sent to. */
  data: { model: string; calls: number; ready: number }[]
}

/** For the first model that the caller cannot call, it throws what that call would throw. */
export async function openConnections(parts: ChatParts, request: IncomingMessage): Promise<ConnectionsList> {
  const identity = await parts.admission.identify(request)
  const { json } = await readJsonBody(request, bodyBytesMax)
  const body = Body.safeParse(json)
  if (!body.success) {
    throw new GatewayError(
      'invalid_request',
      `Send {"models": […]} with the model of each call, from 1 to ${modelsMax}.`,
    )
  }
  const calls = new Map<string, number>()
  for (const model of body.data.models) {
    parts.admission.permit(identity, model, parts.catalogue.nameOf(model))
    calls.set(model, (calls.get(model) ?? 0) + 1)
  }
  const wanted = [...calls].map(([model, count]) => ({ model, count, origins: toOrigins(parts, model) }))
  const ready = new Map<string, number>()
  await Promise.all(
    [...new Set(wanted.flatMap(({ origins }) => origins))].map(async (origin) => {
      const sharing = wanted.filter(({ origins }) => origins.includes(origin))
      const count = sharing.reduce((sum, each) => sum + each.count, 0)
      ready.set(origin, await parts.connections.openAhead(origin, count))
    }),
  )
  return {
    object: 'list',
    data: wanted.map(({ model, count, origins }) => ({
      model,
      calls: count,
      ready: origins.length === 0 ? 0 : Math.min(count, ...origins.map((origin) => ready.get(origin)!)),
    })),
  }
}

/** Where calls of the model can be sent; empty while a key is missing. */
function toOrigins({ catalogue }: ChatParts, asked: string): string[] {
  const model = catalogue.nameOf(asked)
  const virtual = catalogue.findVirtual(model)
  const entries = virtual ? toEntries(catalogue, virtual.config) : [catalogue.find(model)]
  if (!virtual && !entries[0]) throw unknownModel(catalogue, model)
  return entries.flatMap((entry) => (entry?.route.state === 'available' ? entry.route.target.origin : []))
}
