/** The lanes of a race as its tape lists them, or a 400 that says of each lane that cannot race why. */
import type { LaneEntry, ModelInfo, RaceRequest } from '@drag-race/contracts'
import { invalidRequest } from '../api-fault.ts'
import type { CatalogReading } from './catalog.ts'

/** When the gateway gives no list, no model is refused here: the lane itself will show the gateway's answer. */
export function toLaneEntries(request: RaceRequest, { models, problem }: CatalogReading): LaneEntry[] {
  const faults: { path: string; message: string }[] = []
  const entries = request.lanes.map(({ model, stream }, lane) => {
    const found = findModel(models, model)
    const fault = problem === null ? faultOf(model, found, models) : null
    if (fault) faults.push({ path: `lanes.${lane}.model`, message: fault })
    return { lane, model, stream, provider: found?.provider ?? null, simulated: found?.simulated ?? false }
  })
  if (faults.length > 0) throw invalidRequest(faults)
  return entries
}

/** Some gateways list whole families: `openai/*`. */
function findModel(models: readonly ModelInfo[], id: string): ModelInfo | undefined {
  return (
    models.find((model) => model.id === id) ??
    models.find((model) => model.id.endsWith('*') && id.startsWith(model.id.slice(0, -1)))
  )
}

/** How many names a message lists. */
const namesMax = 8

function faultOf(id: string, found: ModelInfo | undefined, models: readonly ModelInfo[]): string | null {
  if (found?.available) return null
  if (found) {
    const why =
      found.reason ?? (found.missing === null ? 'it is not available' : `${found.missing} is not set`)
    return `${id} cannot race: ${why}`
  }
  const names = models.filter(({ available }) => available).map((model) => model.id)
  const more = names.length - namesMax
  const known = names.slice(0, namesMax).join(', ') + (more > 0 ? ` and ${more} more` : '')
  return `The gateway has no model ${id}. ${known === '' ? 'It has none at all: add one to its config.' : `It has ${known}.`}`
}
