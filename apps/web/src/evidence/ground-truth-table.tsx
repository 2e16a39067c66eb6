/** How much later each figure was stamped here than the simulator wrote it, by the ledger that it keeps for a while. */
import {
  type GroundTruth,
  type LaneGroundTruth,
  type LaneState,
  type RaceState,
  simulatorIdPrefix,
} from '@drag-race/contracts'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { dash, toFineMs, toMargin, toSigned } from '../look/figures.ts'
import { Plate } from '../look/plate.tsx'
import { ScrollBox } from '../look/scroll-box.tsx'
import { readJson } from '../read-json.ts'

/** Did the simulator write this answer? The id says so, where the gateways on the way pass it on. */
export function hasLedger({ outcome }: LaneState): boolean {
  return outcome?.event.completionId?.startsWith(simulatorIdPrefix) ?? false
}

export const groundTruth = (raceId: string) =>
  queryOptions({
    queryKey: ['ground-truth', raceId],
    queryFn: ({ signal }) =>
      readJson<GroundTruth>(`/api/races/${encodeURIComponent(raceId)}/ground-truth`, { signal }),
    // A ledger never changes; whether the simulator still has it is asked each time this is unfolded.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })

export function GroundTruthTable({ race }: { race: RaceState }) {
  const truth = useQuery({ ...groundTruth(race.raceId ?? ''), enabled: race.raceId !== null })
  return (
    <>
      <p className="evidence-lede">
        The simulator wrote down when it had read each request and when it wrote each token. Here is how much
        later each figure was measured: the time that gateways, network and this clock added, to a token on
        the way back, to TTFT and total on both ways (margin of the race: {toMargin(race.end?.marginMs)}).
        Lanes that reach the same simulator through different gateways show what each gateway adds.
      </p>
      {truth.error && (
        <p className="note note-bad" role="alert">
          {truth.error.message}{' '}
          <button type="button" className="button-plain" onClick={() => void truth.refetch()}>
            Try again
          </button>
        </p>
      )}
      {truth.isPending && !truth.error && <p className="dim">Reading the ledger …</p>}
      {truth.data && <Figures truth={truth.data} lanes={race.lanes} />}
    </>
  )
}

function Figures({ truth, lanes }: { truth: GroundTruth; lanes: readonly LaneState[] }) {
  const reason = toCommonReason(truth)
  if (reason !== undefined) return <p className="dim">{reason}</p>
  return (
    <ScrollBox className="table-scroll" label="Beside the simulator’s ledger">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Later than written</th>
            {['TTFT', 'Tokens, p50', 'p99', 'max', 'Total'].map((figure) => (
              <th key={figure} scope="col" className="number">
                {figure}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {truth.lanes.map((one) => (
            <tr key={one.lane} data-sentinel={lanes[one.lane]?.sentinel || undefined}>
              <th scope="row" className="evidence-lane">
                <Plate lane={one.lane} /> {lanes[one.lane]?.model}
              </th>
              <Cells {...one} />
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  )
}

/** Why no lane of several has a figure, if the reason is the same for all: the race was run elsewhere, say. */
function toCommonReason({ lanes }: GroundTruth): string | undefined {
  const reason = lanes[0]?.missing?.message
  const isCommon = lanes.every(({ errors, missing }) => errors === null && missing?.message === reason)
  return lanes.length > 1 && isCommon ? reason : undefined
}

function Cells({ errors, missing }: LaneGroundTruth) {
  if (!errors) {
    return (
      <td colSpan={5} className="dim">
        {missing?.message}
      </td>
    )
  }
  const { ttftMs, tokens, totalMs } = errors
  return (
    <>
      <Later ms={ttftMs} />
      {missing ? (
        <td colSpan={3} className="dim evidence-why">
          {missing.message}
        </td>
      ) : (
        <>
          <Later ms={tokens?.p50} />
          <Later ms={tokens?.p99} />
          <Later ms={tokens?.max} />
        </>
      )}
      <Later ms={totalMs} />
    </>
  )
}

function Later({ ms }: { ms: number | null | undefined }) {
  return <td className="number">{ms == null ? <span className="dim">{dash}</span> : toLater(ms)}</td>
}

/** Can be negative: where a gateway ends the answer by itself, the end comes before the simulator's own. */
function toLater(ms: number): string {
  return `${toSigned(ms, toFineMs)} ms`
}
