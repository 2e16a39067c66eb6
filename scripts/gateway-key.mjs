/**
 * Prints a new key for the gateway, once, and the entry with its hash for gateway.yaml. The key is stored nowhere.
 *
 * Plain JavaScript that needs only node:crypto, so that it runs before anything is installed.
 */
import { createHash, randomBytes } from 'node:crypto'

// pnpm passes its own `--` on.
const [id, ...rest] = process.argv.slice(2).filter((argument) => argument !== '--')

if (id === undefined || rest.length > 0 || !/^\w[\w.@-]{0,99}$/.test(id)) {
  console.error(
    'Say whose key it is: `npm run gateway:key -- <id>`, with an id like search-team: letters, digits, dots, dashes, underscores or @, and no dash or dot in front.',
  )
  process.exit(1)
}

const key = `gwk_${randomBytes(32).toString('base64url')}`
const hash = createHash('sha256').update(key).digest('hex')

console.log(`The key of ${id}. It is shown only now:

  ${key}

Is it for the app's own races? Then put it into .env as GATEWAY_API_KEY, and start the app again.

Its entry in gateway.yaml:

llm:
  policies:
    apiKeys:
      mode: strict
      keys:
        - { id: "${id}", keyHash: "sha256:${hash}" }`)
