/** Before the race: the prompt, the models, the finish line. Two lanes and a prompt are filled in already. */
import './setup.css'
import { lanesMax } from '@drag-race/contracts'
import { useEffect, useRef } from 'react'
import { pressable } from '../look/pressable.ts'
import { beginRace } from './begin-race.ts'
import { ClockChoice } from './clock-choice.tsx'
import { toFieldProblems } from './field-problems.ts'
import { FinishChoice } from './finish-choice.tsx'
import { LaneSetup } from './lane-setup.tsx'
import { Lanes } from './lanes.tsx'
import { LeftOutNote } from './left-out-note.tsx'
import { PromptField, PromptLibrary, useLibraryToggle } from './prompt-field.tsx'
import { nextModel, toRequest } from './setup.ts'
import { SetupNotes } from './setup-notes.tsx'
import { SetupRow } from './setup-row.tsx'
import { useSetup } from './setup-store.ts'
import { StartBar } from './start-bar.tsx'
import { Strip } from './strip.tsx'
import { useRace } from './the-race.ts'
import { useAppAnswers } from './use-app-answers.ts'
import { useAskedPrompt } from './use-asked-prompt.ts'
import { useModels, usePrompts } from './use-library.ts'
import { useRefusal } from './use-refusal.ts'
import { useStartKey } from './use-start-key.ts'

export function SetupScreen() {
  const { setup, leftOut, draft, addLane, fill, bringDraftBack, keepInRace } = useSetup()
  const models = useModels()
  const prompts = usePrompts()
  const library = useLibraryToggle()
  const promptField = useRef<HTMLTextAreaElement>(null)
  const feed = useRace((store) => store.feed)
  const isAsking = feed.state === 'asking' || feed.state === 'open'
  const problems = toFieldProblems(useRefusal(useAppAnswers()))
  const canStart = !isAsking && setup.lanes.length > 0
  const start = () => canStart && beginRace(toRequest(setup), () => keepInRace(setup))
  useStartKey(true, start)
  const closeLibrary = () => {
    library.toggle()
    // The button that was pressed is removed with the library.
    promptField.current?.focus()
  }
  const takeDraft = () => {
    bringDraftBack()
    // This button is removed too.
    promptField.current?.focus()
  }

  useEffect(() => {
    if (models.data && prompts.data) fill(models.data.models, prompts.data)
  }, [models.data, prompts.data, fill])
  useAskedPrompt(prompts.data)

  // The height of the first prompt is not known before it is read, which takes moments; a failure is shown at once.
  if (setup.prompt === '' && prompts.isPending && prompts.failureCount === 0) {
    return <p className="race-loading race-reading dim">Reading the library …</p>
  }

  return (
    <>
      <StartBar
        prompt={<PromptField problems={problems.prompt} field={promptField} />}
        tree={isAsking ? 'asking' : 'staged'}
        button={{ label: 'Start', onPress: start, isDisabled: !canStart }}
      >
        <FinishChoice problems={problems.finish} />
        <ClockChoice />
        <button
          type="button"
          className="button-plain"
          aria-expanded={library.isOpen}
          aria-controls="prompt-library"
          onClick={library.toggle}
        >
          Prompt library
        </button>
        {draft !== null && (
          <button type="button" className="button-plain" onClick={takeDraft}>
            Bring my draft back
          </button>
        )}
        <span className="dim start-hint">
          <kbd>Ctrl</kbd> <kbd>Enter</kbd> starts
        </span>
      </StartBar>
      {library.isOpen && <PromptLibrary prompts={prompts} onChosen={closeLibrary} />}
      <LeftOutNote leftOut={leftOut} />
      <SetupNotes models={models} problems={problems.other} />
      <Strip
        label="Strip"
        laneCount={setup.lanes.length}
        footer={
          <button
            type="button"
            className="strip-add"
            {...pressable(setup.lanes.length >= lanesMax, () =>
              addLane(nextModel(setup.lanes, models.data?.models ?? [])),
            )}
          >
            {setup.lanes.length < lanesMax ? '+ Add lane' : `${lanesMax} lanes: the strip is full`}
          </button>
        }
      >
        {setup.lanes.length === 0 && models.isPending && <RowsToCome />}
        {setup.lanes.map((lane, index) => (
          <SetupRow
            key={index}
            index={index}
            lane={lane}
            models={models.data?.models ?? []}
            problems={problems.lanes[index] ?? []}
          />
        ))}
      </Strip>
      <Lanes
        count={setup.lanes.length}
        heading={
          <>
            <h1 className="call-headline">
              {setup.lanes.length || 'No'} {setup.lanes.length === 1 ? 'lane' : 'lanes'} staged
            </h1>
            <p className="call-detail">
              {setup.lanes.length === 0
                ? 'Add a lane and choose its model.'
                : 'Each lane has its own streaming switch and settings.'}
            </p>
          </>
        }
      >
        {setup.lanes.map((lane, index) => (
          <LaneSetup key={index} index={index} lane={lane} models={models.data?.models ?? []} />
        ))}
      </Lanes>
    </>
  )
}

/** Room for the two lanes that are filled in when the models are known, so that nothing moves then. */
function RowsToCome() {
  return (
    <>
      <li className="strip-row" aria-hidden="true" />
      <li className="strip-row" aria-hidden="true" />
    </>
  )
}
