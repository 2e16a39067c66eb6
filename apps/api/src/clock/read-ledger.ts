/** What the simulator wrote down of one call. Asked for after the call, so that asking disturbs nothing. */
import { SimulatorLedger } from '@drag-race/contracts'

/** Three numbers a chunk: 60,000 tokens are about 6 MB. */
const askMsMax = 2_000

/** null when the simulator does not answer, or does not know this call. */
export async function readLedger(
  simulatorUrl: string,
  completionId: string,
  signal?: AbortSignal,
): Promise<SimulatorLedger | null> {
  const answer = await askLedger(simulatorUrl, completionId, signal)
  return typeof answer === 'string' ? null : answer
}

/** The ledger, or why there is none: the simulator knows no such call, or gives no answer that is one. */
export async function askLedger(
  simulatorUrl: string,
  completionId: string,
  signal = AbortSignal.timeout(askMsMax),
): Promise<SimulatorLedger | 'not_kept' | 'unreachable'> {
  try {
    const response = await fetch(`${simulatorUrl}/ledger/${encodeURIComponent(completionId)}`, { signal })
    const body = await response.json()
    if (response.status === 404) return 'not_kept'
    const ledger = SimulatorLedger.safeParse(body)
    return ledger.success ? ledger.data : 'unreachable'
  } catch {
    return 'unreachable'
  }
}
