/**
 * The start tree: three ambers and a green. The ambers are on while the request is on its way, the green from the
 * race's own green light on. The tree delays nothing.
 */
import './tree.css'

export type TreeState = 'staged' | 'asking' | 'green' | 'over'

const words: Record<TreeState, string> = {
  staged: 'Lights are off',
  asking: 'Ambers: the race is being started',
  green: 'Green: the race is running',
  over: 'Lights are off, the race is over',
}

export function Tree({ state }: { state: TreeState }) {
  return (
    <div className="tree" data-state={state} role="img" aria-label={words[state]}>
      <span className="lamp" />
      <span className="lamp" />
      <span className="lamp" />
      <span className="lamp lamp-green" />
    </div>
  )
}
