/**
 * The sections of docs/gateway-config.md in their order: which part of gateway.yaml each describes, with an example. A
 * key belongs to the section with the longest path that is a prefix of its own.
 */
export interface Section {
  title: string
  /** As in the table of keys: `[]` is each entry of a list. */
  path: string
  words: string
  /** The YAML under `llm:`. */
  example: string
}

export const sections: readonly Section[] = [
  {
    title: 'The file',
    path: 'llm',
    words:
      'The gateway reads only what is under `llm`. An unknown key there stops the start, with its path, its line and the key that was probably meant.',
    example: `models:
  - { name: gpt-4o-mini, provider: openai, params: { apiKey: "$OPENAI_API_KEY" } }`,
  },
  {
    title: 'Models',
    path: 'llm.models[]',
    words:
      'A model whose key is missing is listed as unavailable, with the variable to set, and does not stop the start.',
    example: `models:
  - name: claude
    provider: anthropic
    params: { apiKey: "$ANTHROPIC_API_KEY", model: claude-sonnet-4-5 }
    price: { inputPerMillion: 3, outputPerMillion: 15, cachedInputPerMillion: 0.3 }
    timeouts: { firstTokenMs: 120000 }
  - name: my-model
    provider: custom
    params: { baseUrl: "https://llm.example.com/v1", apiKey: "$MY_API_KEY" }`,
  },
  {
    title: 'Virtual models',
    path: 'llm.virtualModels[]',
    words: 'One name for several models. Targets are models, never virtual models.',
    example: `models:
  - { name: small, provider: openai, params: { model: gpt-4o-mini } }
  - { name: large, provider: openai, params: { model: gpt-4o } }
virtualModels:
  - name: either
    routing:
      weighted: { targets: [{ model: small, weight: 9 }, { model: large, weight: 1 }] }
    retry: { attempts: 3 }
  - name: by-task
    routing:
      conditional:
        targets:
          - { model: large, when: "metadata.task == 'finance'" }
          - { model: small }
  - name: small-first
    routing:
      priority: { targets: [{ model: small, priority: 1 }, { model: large, priority: 2 }] }
    contextLengthFallbacks: [large]
  - { name: in-turns, routing: { roundRobin: { targets: [{ model: small }, { model: large }] } } }
  - { name: quickest, routing: { leastLatency: { targets: [{ model: small }, { model: large }] } } }
  - { name: thrifty, routing: { cheapest: { targets: [{ model: small }, { model: large }] } } }`,
  },
  {
    title: 'Deadlines, retries and the circuit breaker',
    path: 'llm.policies',
    words: 'They apply to all models; a model or a virtual model can override them for itself, key by key.',
    example: `policies:
  timeouts: { connectMs: 3000, firstTokenMs: 30000, answerMs: 120000, idleMs: 30000, totalMs: 600000 }
  retry: { attempts: 2, initialBackoffMs: 250, maxBackoffMs: 8000 }
  circuitBreaker: { consecutiveFailures: 3, cooldownMs: 10000, failureRate: 0.5 }`,
  },
  {
    title: 'Limits',
    path: 'llm.policies.rateLimits[]',
    words: 'An entry sets at least one of `requestsPerMinute`, `tokensPerMinute` and `concurrency`.',
    example: `policies:
  rateLimits:
    - { per: [caller], requestsPerMinute: 60, burst: 10 }
    - { per: [tenant, model], tokensPerMinute: 100000 }
    - { per: [], concurrency: 50 }`,
  },
  {
    title: 'Keys of callers',
    path: 'llm.policies.apiKeys',
    words:
      '`npm run gateway:key -- search-team` makes a key and prints its entry. Under `strict` the app needs one too: put it into `.env` as `GATEWAY_API_KEY`, and start the app again.',
    example: `models:
  - { name: gpt-4o-mini, provider: openai }
policies:
  apiKeys:
    mode: strict
    keys:
      - id: search-team
        keyHash: "sha256:0000000000000000000000000000000000000000000000000000000000000000"
        tenant: search
        allowedModels: [gpt-4o-mini]
        rateLimits: [{ requestsPerMinute: 60 }]
        tags: { costCentre: "4711" }`,
  },
  {
    title: 'Tokens of callers',
    path: 'llm.policies.jwt',
    words: 'Either `jwks` or `secret` is needed, not both.',
    example: `policies:
  jwt:
    mode: optional
    jwks: https://login.example.com/.well-known/jwks.json
    issuer: https://login.example.com/
    audience: llm-gateway
    claims: { tenant: org, isAdmin: gateway_admin }`,
  },
  {
    title: 'Audit log',
    path: 'llm.policies.audit',
    words: 'There is none unless `audit` is set.',
    example: `policies:
  audit: { path: data/audit.jsonl, maxBytes: 10000000, keep: 5 }`,
  },
  {
    title: 'Guardrails',
    path: 'llm.policies.guardrails[]',
    words:
      'What must not be sent to a provider, or not be sent back to a caller. [guardrails.md](guardrails.md) says what they can promise and what they cannot.',
    example: `policies:
  guardrails:
    - { name: cards, on: [request, response], match: { detector: card-number }, action: mask }
    - { name: keys, on: [request], match: { detector: api-key }, action: reject }
    - { name: project-x, on: [response], match: { regex: "\\\\bPROJECT-[A-Z]{1,12}\\\\b", flags: i }, action: mask }`,
  },
  {
    title: 'Cache',
    path: 'llm.policies.cache',
    words:
      'A caller bypasses it with `Cache-Control: no-cache` (a new answer, which is then kept) or `no-store`; the header `x-gateway-cache` of the answer says what happened. A call that asks for a report (`x-gateway-report: 1`) is a measurement, and bypasses it too, unless it sends `x-gateway-cache: use`.',
    example: `policies:
  cache: { mode: exact, ttlSeconds: 300, maxEntries: 1000, maxBytes: 64000000 }`,
  },
  {
    title: 'Budgets',
    path: 'llm.policies.budgets[]',
    words:
      'How much can be spent. A call is let through while something is left of all its budgets; its possible cost is reserved before it is sent. [books.md](books.md) says how it is counted.',
    example: `policies:
  budgets:
    - { per: "tag:agent", usd: 5, period: day, mode: hard }
    - { per: [tenant, "tag:agent"], usd: 200, period: month, mode: soft }`,
  },
  {
    title: 'Books',
    path: 'llm.policies.books',
    words: 'The file in which every call is recorded: [books.md](books.md).',
    example: `policies:
  books: { file: data/gateway-books.db, keepDays: 400 }`,
  },
  {
    title: 'Running model servers',
    path: 'llm.discovery[]',
    words: 'A model that is found is called as `<name>/<model>`, as in `ollama/llama3.2`.',
    example: `discovery:
  - provider: ollama
  - { name: workstation, provider: ollama, baseUrl: "http://192.168.1.20:11434/v1" }`,
  },
]
