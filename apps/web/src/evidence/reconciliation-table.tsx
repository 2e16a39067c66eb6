/**
 * Two accounts of one race. A lane's report comes with its own answer; what the metrics grew by is read when the race
 * is over, and holds the calls of other callers too.
 */
import {
  type Comparison,
  errorBoundMs,
  type LaneState,
  type RaceState,
  reconcileLane,
  reconcileModels,
} from '@drag-race/contracts'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { raceDetail } from '../after-race/use-race-detail.ts'
import { dash, toCount, toFineMs, toMargin, toSigned } from '../look/figures.ts'
import { Plate } from '../look/plate.tsx'
import { ScrollBox } from '../look/scroll-box.tsx'

export function ReconciliationTable({ race }: { race: RaceState }) {
  const marginMs = race.end ? errorBoundMs(race.end) : null
  const added = useGatewayAdded(race.raceId)
  const lanes = race.lanes.map((lane) => ({ lane, comparisons: reconcileLane(lane, marginMs) }))
  const models = reconcileModels(added ?? [], race.lanes, marginMs)
  const all = [
    ...lanes.flatMap(({ comparisons }) => comparisons ?? []),
    ...models.flatMap(({ model, comparisons }) => {
      // A model's times are means of those in its lanes' reports: one difference is counted once.
      const isReported = lanes.some(({ lane, comparisons }) => lane.model === model && comparisons !== null)
      return isReported ? comparisons.filter(({ unit }) => unit === 'count') : comparisons
    }),
  ]
  return (
    <>
      <p className="evidence-lede">{toSentence(all, marginMs, race)}</p>
      <ScrollBox className="table-scroll" label="The gateway’s account beside the tape">
        <table className="table reconciliation">
          <thead>
            <tr>
              <th scope="col">Figure</th>
              <th scope="col" className="number">
                Tape
              </th>
              <th scope="col" className="number">
                Gateway
              </th>
              <th scope="col" className="number">
                Difference
              </th>
            </tr>
          </thead>
          {lanes.map(({ lane, comparisons }) => (
            <Group
              key={lane.lane}
              head={
                <span data-sentinel={lane.sentinel || undefined}>
                  <Plate lane={lane.lane} /> {lane.model}, its own report
                </span>
              }
              comparisons={comparisons}
              none={toNoReport(lane)}
            />
          ))}
          {models.map(({ model, provider, comparisons, hasOthers }) => (
            <Group
              key={`${provider} ${model}`}
              head={`${model}, what its metrics grew by${hasOthers ? ': calls of others are in it' : ''}`}
              comparisons={comparisons}
              none=""
            />
          ))}
        </table>
      </ScrollBox>
    </>
  )
}

interface GroupProps {
  head: ReactNode
  comparisons: Comparison[] | null
  /** What is said when there is nothing to compare. */
  none: string
}

function Group({ head, comparisons, none }: GroupProps) {
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={4} className="evidence-group">
          {head}
        </th>
      </tr>
      {comparisons === null && (
        <tr>
          <td colSpan={4} className="dim">
            {none}
          </td>
        </tr>
      )}
      {comparisons?.map((each) => (
        <tr key={each.what} className={each.isOff ? 'reconciliation-off' : ''}>
          <th scope="row">{each.what}</th>
          <td className="number">{toValue(each, each.tape)}</td>
          <td className="number">{toValue(each, each.gateway)}</td>
          <td className="number">
            {each.isOff && 'off '}
            {toDifference(each)}
          </td>
        </tr>
      ))}
    </tbody>
  )
}

function toValue({ unit, isEstimated }: Comparison, value: number | null): string {
  if (value === null) return dash
  return unit === 'ms' ? `${toFineMs(value)} ms` : `${isEstimated ? '≈' : ''}${toCount(value)}`
}

function toDifference(comparison: Comparison): string {
  const { difference } = comparison
  if (difference === null) return dash
  if (difference === 0) return '0'
  return toSigned(difference, (size) => toValue(comparison, size))
}

function toNoReport({ outcome }: LaneState): string {
  return outcome?.kind === 'done'
    ? 'This gateway sends no report on single calls.'
    : 'The lane did not finish: there is no whole answer to compare.'
}

function toSentence(
  comparisons: readonly Comparison[],
  marginMs: number | null,
  { lanes, end }: RaceState,
): string {
  const known = comparisons.filter(({ difference }) => difference !== null)
  if (known.length === 0) {
    const hasFinished = lanes.some(({ outcome }) => outcome?.kind === 'done')
    const why = hasFinished ? 'this gateway gives no account of these calls' : 'no lane finished'
    return `There is nothing to compare: ${why}.`
  }
  const off = known.filter(({ isOff }) => isOff).length
  const rule =
    'A lane’s clock starts before the gateway’s and stops after it, so the tape is longer by the way there and back.'
  if (marginMs === null) return `${rule} The clock’s error was not measured, so no time is marked as off.`
  const verdict =
    off === 0
      ? 'No difference is beyond what the clock and the network explain'
      : `${off} of ${known.length} differences ${off === 1 ? 'is' : 'are'} beyond what the clock and the network explain`
  const disturbed = end?.clock?.disturbed ? ', which is the margin and how late this disturbed clock was' : ''
  return `${rule} ${verdict} (${toMargin(marginMs)}${disturbed}).`
}

/** How often it is read at most: a race whose gateway has no metrics never gets them. */
const readsMax = 6

/**
 * Read when the race is over: the gateway counts a call when its last byte is sent, and the API reads the metrics then.
 */
function useGatewayAdded(raceId: string | null) {
  const { data } = useQuery({
    ...raceDetail(raceId ?? ''),
    enabled: raceId !== null,
    refetchInterval: ({ state }) =>
      state.data?.gatewayAdded === null && state.dataUpdateCount < readsMax ? 500 : false,
  })
  return data?.gatewayAdded ?? null
}
