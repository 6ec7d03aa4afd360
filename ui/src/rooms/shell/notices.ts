// Which jobs have ended since somebody last looked.
import type { Schemas } from '$lib/backend/api'

type Job = Pick<Schemas['JobView'], 'id' | 'state' | 'is_cancelled'>

export const isUnderway = ({ state }: Pick<Job, 'state'>) => state === 'waiting' || state === 'running'

/** Those that were under way before and are not any more; what somebody called off is no news to them. */
export function endedAmong<One extends Job>(jobs: One[], underway: ReadonlySet<string>): One[] {
  return jobs.filter((job) => underway.has(job.id) && !isUnderway(job) && !job.is_cancelled)
}
