/** One tape by the definitions of five tools: a row for each figure with its formula, a column for each lane. */
import {
  type Definition,
  definitions,
  errorBoundMs,
  isSentEstimated,
  type LaneState,
  type RaceState,
  tools,
  toTimeSlip,
} from '@drag-race/contracts'
import { dash, toFineMs, toMargin, toSpeed } from '../look/figures.ts'
import { Plate } from '../look/plate.tsx'
import { ScrollBox } from '../look/scroll-box.tsx'

export function DefinitionsTable({ race: { lanes, end } }: { race: Pick<RaceState, 'lanes' | 'end'> }) {
  const errorMs = end && errorBoundMs(end)
  return (
    <>
      <p className="evidence-lede">
        The tools of the field use the same words for different spans. Each row is this race by that tool’s
        formula. Spans count from the lane’s own request; n is the tokens of the output. A dash: the tape does
        not hold the figure, as for lanes that did not stream or did not finish, or the span of a speed is no
        longer than the clock’s error.
        {errorMs !== null && ` Every arrival may be off by ${toMargin(errorMs)}.`}
        {lanes.some(isCounted) && ' ≈: no usage came, and n is our tokenizer’s count.'}
        {lanes.some(isShownInPart) && ` ${shownInPartText}`}
        {lanes.some(isHeldBack) && ` ${heldBackText}`}
      </p>
      <ScrollBox className="table-scroll" label="The tape by other tools’ definitions">
        <table className="table definitions">
          <thead>
            <tr>
              <th scope="col">Figure</th>
              {lanes.map((lane) => (
                <th key={lane.lane} scope="col" className="number" data-sentinel={lane.sentinel || undefined}>
                  <Plate lane={lane.lane} label={`Lane ${lane.lane + 1}, ${lane.model}`} />
                </th>
              ))}
            </tr>
          </thead>
          {tools.map((tool) => (
            <tbody key={tool}>
              <tr>
                <th scope="rowgroup" colSpan={lanes.length + 1} className="evidence-group">
                  {tool === 'here' ? 'LLM Drag Race' : tool}
                </th>
              </tr>
              {definitions
                .filter((definition) => definition.tool === tool)
                .map((definition) => (
                  <Row key={definition.name} definition={definition} lanes={lanes} errorMs={errorMs} />
                ))}
            </tbody>
          ))}
        </table>
      </ScrollBox>
    </>
  )
}

const shownInPartText =
  'Where reasoning was hidden in part and n is the text, our tokenizer counted what came (≈).'

const heldBackText =
  'The built-in gateway holds headers and all chunks back until the first token, so behind it vLLM’s TTFT cannot be earlier than ours.'

/** Only the built-in gateway prepares a lane, or reports on its call. */
function isHeldBack({ start, outcome }: LaneState): boolean {
  return start === 'prepared' || (outcome?.kind === 'done' && outcome.event.gateway !== null)
}

function isCounted(lane: LaneState): boolean {
  return toTimeSlip(lane).isEstimated
}

interface RowProps {
  definition: Definition
  lanes: readonly LaneState[]
  errorMs: number | null
}

function isShownInPart(lane: LaneState): boolean {
  return toTimeSlip(lane).shownReasoningTokens != null
}

/** Does this figure depend on a count of our tokenizer? */
function isAbout({ hasTokens }: Definition, lane: LaneState): boolean {
  if (hasTokens === undefined) return false
  return hasTokens === 'sent' ? isSentEstimated(toTimeSlip(lane)) : isCounted(lane)
}

function Row({ definition, lanes, errorMs }: RowProps) {
  const { name, formula, unit } = definition
  return (
    <tr>
      <th scope="row">
        {name}
        <span className="evidence-formula">{formula}</span>
      </th>
      {lanes.map((lane) => (
        <td key={lane.lane} className="number">
          <Figure
            value={definition.of(lane, errorMs)}
            unit={unit}
            about={isAbout(definition, lane) ? '≈' : ''}
          />
        </td>
      ))}
    </tr>
  )
}

interface FigureProps {
  value: number | null
  unit: Definition['unit']
  about: string
}

function Figure({ value, unit, about }: FigureProps) {
  if (value === null) return <span className="dim">{dash}</span>
  return (
    <>
      {about}
      {unit === 'ms' ? toFineMs(value) : toSpeed(value)}
      <span className="unit">{unit}</span>
    </>
  )
}
