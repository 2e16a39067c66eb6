/** The setup of the next race, kept across visits, and what the fields can do to it. */
import { lanesMax, type ModelInfo, type Prompt, type RaceRequest } from '@drag-race/contracts'
import { create } from 'zustand'
import { toLeftOut } from './left-out.ts'
import { emptyLane, fromRequest, parseSetup, type Setup, type SetupLane, withDefaults } from './setup.ts'

const storageKey = 'race-setup'

interface SetupStore {
  setup: Setup
  /** Of the race that it was taken from: what it does not hold. Until the prompt is another. */
  leftOut: readonly string[]
  takeOver(request: RaceRequest): void
  change(part: Partial<Setup>): void
  changeLane(index: number, part: Partial<SetupLane>): void
  addLane(model: string): void
  duplicateLane(index: number): void
  removeLane(index: number): void
  choosePrompt(prompt: Pick<Prompt, 'id' | 'text'>): void
  fill(models: readonly ModelInfo[], prompts: readonly Prompt[]): void
}

export const useSetup = create<SetupStore>()((set, get) => {
  const change = (part: Partial<Setup>) =>
    set(({ setup, leftOut }) => ({
      setup: { ...setup, ...part },
      leftOut: part.prompt === undefined ? leftOut : [],
    }))
  const changeLanes = (lanes: SetupLane[]) => change({ lanes: lanes.slice(0, lanesMax) })
  return {
    setup: parseSetup(readStorage()),
    leftOut: [],
    takeOver(request) {
      set({ setup: fromRequest(request), leftOut: toLeftOut(request) })
    },
    change,
    changeLane(index, part) {
      changeLanes(get().setup.lanes.map((lane, at) => (at === index ? { ...lane, ...part } : lane)))
    },
    addLane(model) {
      changeLanes([...get().setup.lanes, emptyLane(model)])
    },
    duplicateLane(index) {
      const { lanes } = get().setup
      changeLanes(lanes.toSpliced(index + 1, 0, ...lanes.slice(index, index + 1)))
    },
    removeLane(index) {
      changeLanes(get().setup.lanes.toSpliced(index, 1))
    },
    choosePrompt({ id, text }) {
      change({ prompt: text, promptId: id })
    },
    fill(models, prompts) {
      set(({ setup }) => ({ setup: withDefaults(setup, models, prompts) }))
    },
  }
})

useSetup.subscribe(({ setup }, before) => {
  if (setup !== before.setup) writeStorage(JSON.stringify(setup))
})

function readStorage(): string | null {
  try {
    return localStorage.getItem(storageKey)
  } catch {
    return null
  }
}

function writeStorage(value: string) {
  try {
    localStorage.setItem(storageKey, value)
  } catch {
    // Storage can be full or switched off; the setup then lasts as long as the page.
  }
}
