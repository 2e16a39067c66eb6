/** Takes a tape file, chosen or dropped on the page, and leads to the race that it holds; or says why it is refused. */
import { type ImportedRace, tapeLinesType } from '@drag-race/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { pressable } from '../look/pressable.ts'
import { readJson } from '../read-json.ts'

export function ImportTape() {
  const input = useRef<HTMLInputElement>(null)
  const [, navigate] = useLocation()
  const client = useQueryClient()
  const bringing = useMutation({
    mutationFn: bring,
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['races'] })
      navigate(`/race/${id}`)
    },
  })
  const isOver = useDroppedFiles(bringing.mutate)
  return (
    <div className={isOver ? 'history-import history-import-over' : 'history-import'}>
      <input
        ref={input}
        type="file"
        hidden
        accept=".jsonl"
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])]
          if (files.length > 0) bringing.mutate(files)
          // So that the same file can be chosen again, corrected.
          currentTarget.value = ''
        }}
      />
      <button
        type="button"
        className="button-plain"
        {...pressable(bringing.isPending, () => input.current?.click())}
      >
        {bringing.isPending ? 'Reading the tape …' : 'Import a tape'}
      </button>{' '}
      <span className="dim">{isOver ? 'Drop it here.' : 'or drop a .tape.jsonl anywhere on this page.'}</span>
      {bringing.error && (
        <p className="note note-bad" role="alert">
          Not imported. <WithRaceLink text={bringing.error.message} />
        </p>
      )}
    </div>
  )
}

/** The refusal of a race that is here already names its address: it becomes a link. */
function WithRaceLink({ text }: { text: string }) {
  const [before, address, after] = text.split(/(\/race\/[\w-]+)/)
  return (
    <>
      {before}
      {address && <Link href={address}>{address}</Link>}
      {after}
    </>
  )
}

function bring(files: readonly File[]): Promise<ImportedRace> {
  const [file] = files
  if (!file || files.length > 1) {
    throw new Error(`${files.length} files were dropped, and one is read at a time: drop each by itself.`)
  }
  return readJson<ImportedRace>('/api/races/import', {
    method: 'POST',
    headers: { 'content-type': tapeLinesType },
    body: file,
  })
}

/** The whole page takes dropped files while this is on it. Returns whether a file is being held over the page. */
function useDroppedFiles(take: (files: File[]) => void): boolean {
  const [isOver, setIsOver] = useState(false)
  const newest = useRef(take)
  useEffect(() => {
    newest.current = take
  })
  useEffect(() => {
    const onOver = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return
      // Without this the browser opens the file instead.
      event.preventDefault()
      setIsOver(true)
    }
    const onLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setIsOver(false)
    }
    const onDrop = (event: DragEvent) => {
      const files = [...(event.dataTransfer?.files ?? [])]
      if (files.length === 0) return
      event.preventDefault()
      setIsOver(false)
      newest.current(files)
    }
    addEventListener('dragover', onOver)
    addEventListener('dragleave', onLeave)
    addEventListener('drop', onDrop)
    return () => {
      removeEventListener('dragover', onOver)
      removeEventListener('dragleave', onLeave)
      removeEventListener('drop', onDrop)
    }
  }, [])
  return isOver
}
