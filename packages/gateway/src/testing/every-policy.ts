/** A gateway.yaml with every key that there is; `config/json-schema.test.ts` fails when one is missing. */
export const everyPolicy = `
config: {}
llm:
  models:
    - name: a
      aliases: [a1, a2]
      provider: OpenAI
      params: { apiKey: "$KEY", model: b, baseUrl: "http://127.0.0.1:9/v1", headers: { X-Team: blue } }
      description: A model
      price: { inputPerMillion: 1, outputPerMillion: 2, cachedInputPerMillion: 0.1, cacheWriteInputPerMillion: 1.25, reasoningPerMillion: 3 }
      timeouts: { connectMs: 1, firstTokenMs: 2, answerMs: 5, idleMs: 3, totalMs: 4 }
      retry: { attempts: 3, initialBackoffMs: 1, maxBackoffMs: 2 }
      circuitBreaker: { consecutiveFailures: 5 }
    - { name: c, provider: bedrock, params: { accessKeyId: i, secretAccessKey: s, sessionToken: t, region: eu-west-1 } }
  virtualModels:
    - name: v
      description: Either
      routing: { conditional: { targets: [{ model: a, when: "metadata.task == 'x'" }, { model: c }] } }
      contextLengthFallbacks: [c]
      timeouts: { totalMs: 1000 }
      retry: { attempts: 1 }
    - { name: w, routing: { weighted: { targets: [{ model: a, weight: 0.5 }] } } }
    - { name: p, routing: { priority: { targets: [{ model: a, priority: 0 }] } } }
    - { name: r, routing: { roundRobin: { targets: [{ model: a }] } } }
    - { name: l, routing: { leastLatency: { targets: [{ model: a }] } } }
    - { name: s, routing: { cheapest: { targets: [{ model: ollama/llama3.2 }] } } }
  policies:
    bodyBytesMax: 1000
    timeouts: { idleMs: 20000 }
    retry: { attempts: 2 }
    circuitBreaker:
      { consecutiveFailures: 3, cooldownMs: 1, failureRate: null, failureRateWindowMs: 1, failureRateCallsMin: 1, countRateLimits: true }
    rateLimits:
      - { per: [], requestsPerMinute: 60, tokensPerMinute: 1000, burst: 5, concurrency: 2 }
    apiKeys:
      mode: optional
      keys:
        - id: team
          keyHash: "sha256:${'0'.repeat(64)}"
          tenant: t
          allowedModels: [a]
          rateLimits: [{ concurrency: 1 }]
          budget: { usd: 1, period: total }
          tags: { cost: "1" }
          isAdmin: true
    jwt:
      mode: strict
      jwks: https://login.example.com/keys
      issuer: https://login.example.com/
      audience: gateway
      claims: { id: sub, tenant: org, allowedModels: models, tags: tags, isAdmin: admin }
      rateLimits: [{ per: [tenant, model], tokensPerMinute: 10 }]
      budget: { usd: 0.5, period: week, mode: soft }
      jwksCooldownMs: 0
    budgets:
      - { per: "tag:agent", usd: 5, period: day, mode: hard }
      - { per: [tenant, "tag:agent"], usd: 50, period: month, mode: soft }
    books: { file: books.db, keepDays: 30, callsMax: 1000 }
    audit: { path: audit.jsonl, maxBytes: 1000, keep: 0 }
    guardrails:
      - { name: cards, on: [request, response], match: { detector: card-number }, action: mask }
      - { name: x, on: [request], match: { regex: "x{1,3}", flags: is }, action: reject, models: [a, v] }
    cache: { mode: exact, ttlSeconds: 1, maxEntries: 1, maxBytes: 1000 }
  discovery:
    - { name: ollama, provider: ollama, baseUrl: "http://127.0.0.1:11434/v1" }
`
