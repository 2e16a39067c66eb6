/**
 * Who met whom, and how it went: a row's wins, ties and losses against the model of the column, and in how many races.
 * Columns carry the plates of the board, so that a dozen models fit into a box that scrolls.
 */
import './statistics.css'
import type { Leaderboard } from '@drag-race/contracts'
import { dash } from '../look/figures.ts'
import { Plate } from '../look/plate.tsx'
import { ScrollBox } from '../look/scroll-box.tsx'
import { type Meeting, toMeetings, toMeetingText, toShareText } from './meetings.ts'
import { NamedModel } from './named-model.tsx'

export function HeadToHeadTable({ board }: { board: Leaderboard }) {
  const { met, find } = toMeetings(board)
  return (
    <section className="board-section board-wide" aria-labelledby="head-to-head">
      <h2 id="head-to-head">Head to head</h2>
      <p className="chart-about">
        Won–tied–lost by the model of the row, and n, the races of the two. Ties are within the margin.
      </p>
      <ScrollBox className="table-scroll" label="Each model against each other">
        <table className="table meetings">
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">Model</span>
              </th>
              {met.map((column) => (
                <th key={column.model} scope="col" title={column.model}>
                  <Plate lane={column.rank - 1} label={column.model} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {met.map((row) => (
              <tr key={row.model}>
                <th scope="row">
                  <NamedModel rank={row.rank} model={row.model} />
                </th>
                {met.map((column) => (
                  <MeetingCell
                    key={column.model}
                    meeting={find(row.model, column.model)}
                    isSelf={row === column}
                    title={`${row.model} against ${column.model}`}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </section>
  )
}

interface MeetingCellProps {
  meeting: Meeting | null
  isSelf: boolean
  title: string
}

function MeetingCell({ meeting, isSelf, title }: MeetingCellProps) {
  if (isSelf) return <td className="meetings-self" />
  if (!meeting) {
    return (
      <td className="dim" title={`${title}: never met`}>
        <span className="visually-hidden">never met</span>
        <span aria-hidden="true">{dash}</span>
      </td>
    )
  }
  return (
    <td title={title}>
      <span className="visually-hidden">{toMeetingText(meeting)}</span>
      <span className="figure" aria-hidden="true">
        {toShareText(meeting.wins)}–{toShareText(meeting.ties)}–{toShareText(meeting.losses)}
      </span>
      <span className="meetings-n" aria-hidden="true">
        n {meeting.races}
      </span>
    </td>
  )
}
