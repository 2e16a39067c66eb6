/**
 * The setup of the next race, and the draft that it replaced. Both are kept across visits, so that nothing typed is
 * lost when another race's prompt and lanes are put into the fields.
 */
import { lanesMax, type ModelInfo, type Prompt, type RaceRequest } from '@drag-race/contracts'
import { create } from 'zustand'
import { readStorage, writeStorage } from '../look/storage.ts'
import { toLeftOut } from './left-out.ts'
import { emptyLane, fromRequest, parseSetup, type Setup, type SetupLane, withDefaults } from './setup.ts'

const setupKey = 'race-setup'
const draftKey = 'race-draft'

interface SetupStore {
  setup: Setup
  /** What the setup has no fields for in the race that it was taken from. Emptied when the prompt is changed. */
  leftOut: readonly string[]
  /** What was in the fields before, if no race keeps it; else null. */
  draft: Setup | null
  takeOver(request: RaceRequest): void
  bringDraftBack(): void
  /** The race of this setup has its green light: the race keeps the setup, which is no draft any more. */
  keepInRace(started: Setup): void
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
      setup: { ...setup, ...part, isDraft: true },
      leftOut: part.prompt === undefined ? leftOut : [],
    }))
  /** A full strip takes no more lanes: cut to size, it would lose its last one. */
  const changeLanes = (lanes: SetupLane[]) => {
    if (lanes.length <= lanesMax) change({ lanes })
  }
  return {
    setup: parseSetup(readStorage(setupKey)),
    leftOut: [],
    draft: toDraft(parseSetup(readStorage(draftKey))),
    takeOver(request) {
      set(({ setup, draft }) => ({
        setup: fromRequest(request),
        leftOut: toLeftOut(request),
        draft: toDraft(setup) ?? draft,
      }))
    },
    bringDraftBack() {
      const { setup, draft } = get()
      // What was typed meanwhile becomes the draft.
      if (draft) set({ setup: draft, leftOut: [], draft: toDraft(setup) })
    },
    keepInRace(started) {
      set(({ setup }) => ({ setup: setup === started ? { ...setup, isDraft: false } : setup, draft: null }))
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
      const { setup } = get()
      const isPromptTyped = setup.promptId === null && setup.prompt !== '' && setup.prompt !== text
      if (isPromptTyped) set(({ draft }) => ({ draft: toDraft(setup) ?? draft }))
      change({ prompt: text, promptId: id })
    },
    fill(models, prompts) {
      set(({ setup }) => ({ setup: withDefaults(setup, models, prompts) }))
    },
  }
})

useSetup.subscribe(({ setup, draft }, before) => {
  if (setup !== before.setup) writeStorage(setupKey, JSON.stringify(setup))
  if (draft !== before.draft) writeStorage(draftKey, JSON.stringify(draft))
})

function toDraft(setup: Setup): Setup | null {
  return setup.isDraft ? setup : null
}
