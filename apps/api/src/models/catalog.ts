/**
 * Which models can race: the gateway's own list. It is asked for again when it is older than two seconds, or at once
 * after a failure: a gateway that was not up a moment ago can be up now. Entries of a foreign gateway lack our extra
 * fields; such models are taken as available and real.
 */
import { type ModelInfo, type ModelList, parseJsonOrNull, readError } from '@drag-race/contracts'
import * as z from 'zod/mini'
import type { AppContext } from '../app-context.ts'
import { bearer } from '../bearer.ts'
import { toConnectionWords } from '../connection-words.ts'
import { readText } from '../read-text.ts'

export interface Catalog {
  read(): Promise<CatalogReading>
}

export interface CatalogReading extends ModelList {
  /** The gateway answered, even if with an error. */
  isReachable: boolean
}

const ageMsMax = 2_000
const askMsMax = 2_000

/** OpenRouter's list, the longest known, is under 1 MB. */
const bodyBytesMax = 8 * 1024 * 1024

export function createCatalog({ gateway, nowMs }: AppContext): Catalog {
  let asked: { atMs: number; reading: Promise<CatalogReading> } | null = null
  return {
    read() {
      const atMs = nowMs()
      if (!asked || atMs - asked.atMs > ageMsMax) {
        const newest = { atMs, reading: ask(gateway) }
        asked = newest
        void newest.reading.then(({ problem }) => {
          if (problem !== null && asked === newest) asked = null
        })
      }
      return asked.reading
    },
  }
}

async function ask({ url, apiKey }: AppContext['gateway']): Promise<CatalogReading> {
  let response: Response
  let body: string | null
  try {
    response = await fetch(`${url}/v1/models`, {
      headers: bearer(apiKey),
      signal: AbortSignal.timeout(askMsMax),
    })
    body = await readText(response, bodyBytesMax)
  } catch (error) {
    const why = toConnectionWords(error as Error)
    const problem = `Cannot reach the gateway at ${url}${why === null ? '' : `: ${why}`}.`
    return none(false, `${problem} Is it running? Start it, or set GATEWAY_URL.`)
  }
  const refusal = response.ok ? null : readError(parseJsonOrNull(body ?? ''))
  if (refusal?.code === 'host_not_allowed') return none(true, `The gateway at ${url}: ${refusal.message}`)
  if (response.status === 401 || response.status === 403) {
    return none(
      true,
      `The gateway at ${url} asks for a key: make one (for the built-in gateway, \`npm run gateway:key -- race\` does), put it into .env as GATEWAY_API_KEY, and start the app again.`,
    )
  }
  const listed = response.ok && body !== null ? parseList(body) : null
  if (listed) return { models: listed, problem: null, isReachable: true }
  return none(
    true,
    `The gateway at ${url} does not list its models (status ${response.status}). Type a model's name, or point GATEWAY_URL at an OpenAI-compatible gateway.`,
  )
}

function none(isReachable: boolean, problem: string): CatalogReading {
  return { models: [], problem, isReachable }
}

const List = z.object({ data: z.array(z.unknown()) })

const Entry = z.object({
  id: z.string().check(z.minLength(1)),
  owned_by: z.nullish(z.string()),
  available: z.nullish(z.boolean()),
  reason: z.nullish(z.string()),
  missing: z.nullish(z.string()),
  simulated: z.nullish(z.boolean()),
  discovered: z.nullish(z.boolean()),
  virtual: z.nullish(z.boolean()),
  description: z.nullish(z.string()),
})

/** Entries that are not valid are left out; null when the body is no list at all. */
function parseList(body: string): ModelInfo[] | null {
  const list = List.safeParse(parseJsonOrNull(body))
  if (!list.success) return null
  return list.data.data.flatMap((raw) => {
    const entry = Entry.safeParse(raw)
    return entry.success ? [toModelInfo(entry.data)] : []
  })
}

function toModelInfo(entry: z.infer<typeof Entry>): ModelInfo {
  return {
    id: entry.id,
    provider: entry.owned_by || null,
    available: entry.available ?? true,
    reason: entry.reason ?? null,
    missing: entry.missing ?? null,
    simulated: entry.simulated ?? false,
    discovered: entry.discovered ?? false,
    virtual: entry.virtual ?? false,
    description: entry.description ?? null,
  }
}
