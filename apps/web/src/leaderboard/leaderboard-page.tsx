/** Placeholder. */
export function LeaderboardPage() {
  return <div className="page" />
}
