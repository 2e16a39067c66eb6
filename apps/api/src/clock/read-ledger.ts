/** What the simulator wrote down about one call. It is asked for after the call, so that it disturbs nothing. */
import { SimulatorLedger } from '@drag-race/contracts'
import { readText } from '../read-text.ts'

/** A ledger has three numbers for each chunk: 60,000 tokens are about 6 MB. */
const askMsMax = 2_000
/** The simulator keeps 500,000 chunks, of some 70 bytes each. */
const ledgerBytesMax = 64 * 1024 * 1024

/** null when the simulator does not answer, or does not know this call. */
export async function readLedger(
  simulatorUrl: string,
  completionId: string,
  signal?: AbortSignal,
): Promise<SimulatorLedger | null> {
  const answer = await askLedger(simulatorUrl, completionId, signal)
  return typeof answer === 'string' ? null : answer
}

/** The ledger, or why there is none: the simulator does not know the call, or gave no valid answer. */
export async function askLedger(
  simulatorUrl: string,
  completionId: string,
  signal = AbortSignal.timeout(askMsMax),
): Promise<SimulatorLedger | 'not_kept' | 'unreachable'> {
  try {
    const response = await fetch(`${simulatorUrl}/ledger/${encodeURIComponent(completionId)}`, { signal })
    // What is too long is no JSON.
    const body: unknown = JSON.parse((await readText(response, ledgerBytesMax)) ?? '')
    if (response.status === 404) return 'not_kept'
    const ledger = SimulatorLedger.safeParse(body)
    return ledger.success ? ledger.data : 'unreachable'
  } catch {
    return 'unreachable'
  }
}
