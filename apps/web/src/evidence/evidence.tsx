/**
 * Below a finished race, for readers who do not take a figure on trust: the tape beside the gateway's own account of
 * the same calls, beside the simulator's ledger where the simulator answered, and as other tools would report it. Each
 * part is folded away until it is opened.
 */
import './evidence.css'
import type { RaceState } from '@drag-race/contracts'
import { type ReactNode, useState } from 'react'
import { DefinitionsTable } from './definitions-table.tsx'
import { GroundTruthTable, hasLedger } from './ground-truth-table.tsx'
import { ReconciliationTable } from './reconciliation-table.tsx'

export function Evidence({ race }: { race: RaceState }) {
  return (
    <section className="evidence" aria-label="Evidence">
      <Fold title="The gateway’s account beside the tape">
        <ReconciliationTable race={race} />
      </Fold>
      {race.lanes.some(hasLedger) && (
        <Fold title="Beside the simulator’s ledger">
          <GroundTruthTable race={race} />
        </Fold>
      )}
      <Fold title="The same tape by other tools’ definitions">
        <DefinitionsTable race={race} />
      </Fold>
    </section>
  )
}

/** What is folded away is not calculated. */
function Fold({ title, children }: { title: string; children: ReactNode }) {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <details open={isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {isOpen && children}
    </details>
  )
}
