/** A gateway.yaml with every key that there is; `config/json-schema.test.ts` sees to it that none is missing. */
export const everyPolicy = `
config: {}
llm:
  models:
    - name: a
      provider: OpenAI
      params: { apiKey: "$KEY", model: b, baseUrl: "http://127.0.0.1:9/v1" }
      description: A model
      price: { inputPerMillion: 1, outputPerMillion: 2, cachedInputPerMillion: 0.1 }
      timeouts: { connectMs: 1, firstTokenMs: 2, idleMs: 3, totalMs: 4 }
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
          tags: { cost: "1" }
          isAdmin: true
    jwt:
      mode: strict
      jwks: https://login.example.com/keys
      issuer: https://login.example.com/
      audience: gateway
      claims: { id: sub, tenant: org, allowedModels: models, tags: tags, isAdmin: admin }
      rateLimits: [{ per: [tenant, model], tokensPerMinute: 10 }]
      jwksCooldownMs: 0
    audit: { path: audit.jsonl, maxBytes: 1000, keep: 0 }
  discovery:
    - { name: ollama, provider: ollama, baseUrl: "http://127.0.0.1:11434/v1" }
`
