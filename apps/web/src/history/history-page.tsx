/** Placeholder. */
export function HistoryPage() {
  return <div className="page" />
}
