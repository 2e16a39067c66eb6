/**
 * All that is made from one config, on top of the engine, which lives longer. A new config makes a new setup and does
 * not change the old one: a call takes the setup at its arrival, and keeps it to its end.
 */
import { type Admission, createAdmission } from './admission/admission.ts'
import { type Cache, createCache } from './cache/cache.ts'
import type { Config } from './config/load.ts'
import type { Engine } from './engine.ts'
import { createGuardrails, type Guardrails } from './guardrails/guardrails.ts'
import { type Catalogue, createCatalogue } from './routing/catalogue.ts'
import { createResolve, type Resolve } from './routing/resolve.ts'

export interface Setup {
  config: Config
  admission: Admission
  guardrails: Guardrails
  cache: Cache
  catalogue: Catalogue
  resolve: Resolve
}

export function createSetup(config: Config, engine: Engine): Setup {
  const { clock, limiter, keySets, found, answers } = engine
  const catalogue = createCatalogue(config, { startedAtS: Math.floor(clock.date().getTime() / 1000) })
  catalogue.add(found.of(config))
  return {
    config,
    admission: createAdmission({ config: config.admission, clock, limiter, keySets }),
    guardrails: createGuardrails(config.guardrails),
    cache: createCache(config.cache, answers),
    catalogue,
    resolve: createResolve({ ...engine, catalogue }),
  }
}

/** Puts a setup in force: the engine keeps the state of all that is the same in it, and drops the rest. */
export function putInForce(
  { config, admission, catalogue }: Setup,
  { audit, books, limiter, states, turns }: Engine,
): void {
  audit.use(config.admission.audit)
  books.keep(config.books)
  limiter.use(admission.rules)
  turns.use(config.virtualModels)
  states.use(catalogue.list().flatMap(({ route }) => (route.state === 'available' ? [route.target] : [])))
}
