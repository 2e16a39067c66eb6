/** A model at the head of a row: the plate that it has on the board, and its name. */
import type { LeaderboardRow } from '@drag-race/contracts'
import { ModelName } from '../look/model-name.tsx'
import { Plate } from '../look/plate.tsx'

export function NamedModel({ rank, model }: Pick<LeaderboardRow, 'rank' | 'model'>) {
  return (
    <span className="named">
      <Plate lane={rank - 1} label="" />
      <ModelName name={model} />
    </span>
  )
}
