/** What the simulator wrote down of one call. Asked for after the call, so that asking disturbs nothing. */
import { SimulatorLedger } from '@drag-race/contracts'

/** Three numbers a chunk: 60,000 tokens are about 6 MB. */
const askMsMax = 2_000

/** null when the simulator does not answer, or does not know this call. */
export async function readLedger(
  simulatorUrl: string,
  completionId: string,
  askMs = askMsMax,
): Promise<SimulatorLedger | null> {
  try {
    const response = await fetch(`${simulatorUrl}/ledger/${encodeURIComponent(completionId)}`, {
      signal: AbortSignal.timeout(askMs),
    })
    const ledger = SimulatorLedger.safeParse(await response.json())
    return ledger.success ? ledger.data : null
  } catch {
    return null
  }
}
