/** One tape in the words of five tools: a row a figure with its formula, a column a lane. */
import { type Definition, definitions, type LaneState, tools } from '@drag-race/contracts'
import { dash, toFineMs, toSpeed } from '../look/figures.ts'
import { Plate } from '../look/plate.tsx'
import { ScrollBox } from '../look/scroll-box.tsx'

export function DefinitionsTable({ lanes }: { lanes: readonly LaneState[] }) {
  return (
    <>
      <p className="evidence-lede">
        The tools of the field use the same words for different spans. Each row is this race as that tool
        would have reported it. Spans count from the lane’s own request; n is the tokens of the output. A
        dash: the tape does not hold it, as for lanes that did not stream or did not finish.
      </p>
      <ScrollBox className="table-scroll" label="The tape by other tools’ definitions">
        <table className="table definitions">
          <thead>
            <tr>
              <th scope="col">Figure</th>
              {lanes.map((lane) => (
                <th key={lane.lane} scope="col" className="number">
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
                  <Row key={definition.name} definition={definition} lanes={lanes} />
                ))}
            </tbody>
          ))}
        </table>
      </ScrollBox>
    </>
  )
}

function Row({ definition, lanes }: { definition: Definition; lanes: readonly LaneState[] }) {
  const { name, formula, unit } = definition
  return (
    <tr>
      <th scope="row">
        {name}
        <span className="evidence-formula">{formula}</span>
      </th>
      {lanes.map((lane) => (
        <td key={lane.lane} className="number">
          <Figure value={definition.of(lane)} unit={unit} />
        </td>
      ))}
    </tr>
  )
}

function Figure({ value, unit }: { value: number | null; unit: Definition['unit'] }) {
  if (value === null) return <span className="dim">{dash}</span>
  return (
    <>
      {unit === 'ms' ? toFineMs(value) : toSpeed(value)}
      <span className="unit">{unit}</span>
    </>
  )
}
