import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadConfig } from './load.ts'

const models = ['small', 'large'].map((name) => ({
  name,
  provider: 'custom',
  params: { baseUrl: 'http://127.0.0.1:9/v1' },
}))
const load = (virtualModels: unknown, more: object = {}) =>
  // JSON is YAML, all on one line.
  loadConfig(JSON.stringify({ llm: { models, virtualModels, ...more } }), {})

/** Without their line, which is 1. */
function faults(virtualModels: unknown): string[] {
  const loaded = load(virtualModels)
  return loaded.isValid ? [] : loaded.faults.map((fault) => fault.replace(' (line 1)', ''))
}
const config = (virtualModels: unknown, more: object = {}) => {
  const loaded = load(virtualModels, more)
  if (!loaded.isValid) throw new Error(loaded.faults.join('\n'))
  return loaded.config
}
const of = (...names: string[]) => ({ targets: names.map((model) => ({ model })) })
const routed = (routing: unknown, more: object = {}) => [{ name: 'v', routing, ...more }]

test('every strategy, as its own shape', () => {
  const conditional = {
    targets: [{ model: 'large', when: "metadata.task == 'finance'" }, { model: 'small' }],
  }
  const weighted = {
    targets: [
      { model: 'small', weight: 9 },
      { model: 'large', weight: 0.5 },
    ],
  }
  const priority = {
    targets: [
      { model: 'small', priority: 1 },
      { model: 'large', priority: 2 },
    ],
  }
  const routings = [
    { roundRobin: of('small', 'large') },
    { leastLatency: of('small') },
    { cheapest: of('small') },
    { weighted },
    { priority },
    { conditional },
  ]
  const { virtualModels } = config(routings.map((routing, index) => ({ name: `v${index}`, routing })))
  expect(virtualModels.map(({ strategy }) => strategy)).toMatchObject(
    routings.map((routing) => {
      const [[kind, { targets }]] = Object.entries(routing) as [[string, { targets: object[] }]]
      return { kind, targets }
    }),
  )
})

describe('a fault is named by its place', () => {
  test.each<[what: string, virtualModels: unknown, expected: string[]]>([
    [
      'an unknown target',
      routed({ roundRobin: of('small', 'larg') }),
      [
        'llm.virtualModels[0].routing.roundRobin.targets[1].model: no model is called "larg"; did you mean "large"?',
      ],
    ],
    [
      'no strategy',
      routed({}),
      [
        'llm.virtualModels[0].routing: names no strategy; choose one of: roundRobin, weighted, leastLatency, priority, cheapest, conditional',
      ],
    ],
    [
      'two strategies',
      routed({ roundRobin: of('small'), cheapest: of('small') }),
      ['llm.virtualModels[0].routing: names 2 strategies (roundRobin, cheapest); choose one'],
    ],
    [
      'a strategy that nobody knows',
      routed({ cheapst: of('small') }),
      [
        'llm.virtualModels[0].routing: names no strategy; choose one of: roundRobin, weighted, leastLatency, priority, cheapest, conditional',
        'llm.virtualModels[0].routing.cheapst: unknown key "cheapst"; did you mean "cheapest"?',
      ],
    ],
    [
      'no target',
      routed({ cheapest: { targets: [] } }),
      ['llm.virtualModels[0].routing.cheapest.targets: names no target: list at least one model'],
    ],
    [
      'a weight of nothing',
      routed({ weighted: { targets: [{ model: 'small', weight: 0 }] } }),
      ['llm.virtualModels[0].routing.weighted.targets[0].weight: must be above 0'],
    ],
    [
      'the same target twice',
      routed({ cheapest: of('small', 'small') }),
      ['llm.virtualModels[0].routing.cheapest.targets[1].model: "small" is a target already'],
    ],
    [
      'a name that a model has',
      [{ name: 'small', routing: { cheapest: of('large') } }],
      ['llm.virtualModels[0].name: the name "small" is taken by llm.models[0]; names must differ'],
    ],
    [
      'a name given twice',
      [...routed({ cheapest: of('large') }), ...routed({ cheapest: of('small') })],
      ['llm.virtualModels[1].name: the name "v" is taken by llm.virtualModels[0]; names must differ'],
    ],
    [
      'a virtual model as a target',
      [...routed({ cheapest: of('w') }), { name: 'w', routing: { cheapest: of('small') } }],
      [
        'llm.virtualModels[0].routing.cheapest.targets[0].model: "w" is a virtual model; a target must be one of llm.models',
      ],
    ],
    [
      'an unknown fallback',
      routed({ cheapest: of('small') }, { contextLengthFallbacks: ['larg'] }),
      ['llm.virtualModels[0].contextLengthFallbacks[0]: no model is called "larg"; did you mean "large"?'],
    ],
    [
      'a last target with a condition',
      routed({ conditional: { targets: [{ model: 'small', when: 'request.stream' }] } }),
      [
        'llm.virtualModels[0].routing.conditional.targets[0]: is the last and must have no `when`: it answers when no other does',
      ],
    ],
    [
      'a target behind one that always answers',
      routed({ conditional: of('small', 'large') }),
      [
        'llm.virtualModels[0].routing.conditional.targets[0]: has no `when`, so that no later target is ever reached; move it to the end',
      ],
    ],
  ])('%s', (_what, virtualModels, expected) => {
    expect(faults(virtualModels).sort()).toEqual([...expected].sort())
  })

  test.each([
    ["metadata.task == 'finance", 'is not a condition: '],
    ['metdata.task == 1', 'is not a condition: Unknown variable: metdata'],
    ["'finance'", 'must be true or false, but its type is string'],
    ['size(request.messages)', 'must be true or false, but its type is int'],
    [
      "request.model.matches('gpt(')",
      'The pattern of matches() cannot be run by RE2: missing closing ): `gpt(` (at character 23)',
    ],
    [
      "request.messages.exists(m, m.content.matches('(?=a)b'))",
      'cannot be run by RE2: invalid or unsupported Perl syntax: `(?=`',
    ],
    [
      'request.model.matches(metadata.pattern)',
      'The pattern of matches() must be a text in quotes (at character 32)',
    ],
    [
      'request.model.matches(metadata)',
      'The pattern of matches() must be a text in quotes (at character 23)',
    ],
    ["request.matches('a')", 'matches() is for a text, not for a map'],
  ])('a condition: %s', (when, sentence) => {
    const [fault] = faults(
      routed({ conditional: { targets: [{ model: 'large', when }, { model: 'small' }] } }),
    )
    expect(fault).toContain('llm.virtualModels[0].routing.conditional.targets[0].when: ')
    expect(fault).toContain(sentence)
  })
})

test('a model that is found at start may be a target', () => {
  expect(faults(routed({ cheapest: of('small', 'ollama/llama3.2') }))).toEqual([])
})

describe('policies', () => {
  test('a model is tried once until the config speaks of retries; a virtual model twice', () => {
    const silent = config(routed({ cheapest: of('small') }))
    expect(silent.models[0]!.retry.attempts).toBe(1)
    expect(silent.models[0]!.isBreakerHeeded).toBe(false)
    expect(silent.virtualModels[0]!.retry).toEqual({ attempts: 2, initialBackoffMs: 250, maxBackoffMs: 8000 })
    const speaking = config([], {
      policies: { retry: { maxBackoffMs: 10 }, circuitBreaker: { cooldownMs: 5 } },
    })
    expect(speaking.models[0]!.retry).toEqual({ attempts: 2, initialBackoffMs: 250, maxBackoffMs: 10 })
    expect(speaking.models[0]!).toMatchObject({ isBreakerHeeded: true, circuitBreaker: { cooldownMs: 5 } })
  })

  test('a model’s and a virtual model’s own go before those for all, key by key', () => {
    const { models: found, virtualModels } = config(
      routed({ cheapest: of('m') }, { retry: { attempts: 4 }, timeouts: { totalMs: 9 } }),
      {
        models: [
          { ...models[0], name: 'm', retry: { attempts: 3 }, circuitBreaker: { consecutiveFailures: 7 } },
        ],
        policies: { retry: { attempts: 5, maxBackoffMs: 10 }, timeouts: { idleMs: 8 } },
      },
    )
    expect(found[0]).toMatchObject({
      retry: { attempts: 3, maxBackoffMs: 10 },
      circuitBreaker: { consecutiveFailures: 7, cooldownMs: 10_000 },
    })
    expect(virtualModels[0]).toMatchObject({ retry: { attempts: 4, maxBackoffMs: 10 }, totalMs: 9 })
  })
})

test('whatever the virtual models contain, the result is a config or a list of faults', () => {
  const scalar = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('small', 'large', 'v', 1, -1, 'true', "'"),
  )
  const target = fc.record(
    { model: scalar, weight: scalar, priority: scalar, when: scalar },
    { requiredKeys: [] },
  )
  const strategy = fc.oneof(
    scalar,
    fc.record({ targets: fc.oneof(scalar, fc.array(target, { maxLength: 4 })) }),
  )
  const routing = fc.record(
    {
      roundRobin: strategy,
      weighted: strategy,
      priority: strategy,
      conditional: strategy,
      cheapest: strategy,
    },
    { requiredKeys: [] },
  )
  const entry = fc.record(
    { name: scalar, routing: fc.oneof(scalar, routing), contextLengthFallbacks: scalar, retry: scalar },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.oneof(scalar, fc.array(entry, { maxLength: 3 })), (virtualModels) => {
      const loaded = load(virtualModels)
      if (!loaded.isValid) expect(loaded.faults.length).toBeGreaterThan(0)
    }),
    { numRuns: 2_000 },
  )
})
