/** The gateway's list of errors → a page with a row for each code, by status. */
import { errorMeanings } from '../packages/gateway/src/error-meanings.ts'
import { type ErrorCode, errorStatus } from '../packages/gateway/src/errors.ts'
import { toTable } from './markdown-table.ts'

export function toErrorsPage(): string {
  const rows = Object.entries(errorStatus).map(([code, status]) => {
    const { means, remedy } = errorMeanings[code as ErrorCode]
    return [`\`${code}\``, String(status), means, remedy]
  })
  return `${opening}\n${toTable(['Code', 'Status', 'What it means', 'What to do'], rows)}\n`
}

const opening = `# Error codes of the gateway

Generated from the gateway's code by \`npm run gateway:docs\`: change the texts in
\`packages/gateway/src/error-meanings.ts\`.

A code is in the body of the answer (\`error.code\`; Anthropic's form has only the message), or, when a stream has
begun, in its error event, after which nothing comes. The log, the audit and the books have it as \`outcome\`,
[the metrics](gateway-metrics.md) as \`reason\` of \`gateway_refused_total\` and as \`error_type\`. The message of an error
describes the single call, with names and numbers.

Books and metrics, but no answers, also have \`caller_left\` and \`caller_too_slow\` (status 499): the caller went away, or
read nothing for 30 s.
`
