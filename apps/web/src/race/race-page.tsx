/** The race screen. */
export function RacePage({ id }: { id: string | null }) {
  return <div className="page">{id}</div>
}
