import type { Problem } from '$lib/backend/problem'
import { knows } from '$lib/words'

export interface Advice {
  title: string
  next: string | null
}

const DISK_FULL: Advice = { title: 'problem-disk', next: 'problem-disk-next' }
/** Whatever was to be written there. */
const isDiskFull = (code: string) => code.endsWith('.disk_full')

/** The words that a code of its own has. There are many codes; one that has none is told by its status. */
function adviceOfCode(code: string): Advice | null {
  const title = `problem-code-${code.replaceAll(/[._]/g, '-')}`
  return knows(title) ? { title, next: `${title}-next` } : null
}

/** What a problem is called, and what to do about it, as ids of the locales. The API's own words stand beside them. */
export function adviceFor(problem: Problem): Advice {
  if (problem.code === 'connection.failed')
    return { title: 'problem-unreachable', next: 'problem-unreachable-next' }
  if (problem.code === 'connection.unreadable')
    return { title: 'problem-unreadable', next: 'problem-unreadable-next' }
  if (problem.code === 'sign_in.foreign') return { title: 'problem-foreign', next: 'problem-foreign-next' }
  if (problem.code === 'workflow.four_eyes')
    return { title: 'problem-four-eyes', next: 'problem-four-eyes-next' }
  if (problem.code === 'access.sign_in') return { title: 'problem-sign-in', next: 'problem-sign-in-next' }
  if (problem.code === 'desk.keychain') return { title: 'problem-keychain', next: 'problem-keychain-next' }
  if (problem.code === 'desk.no_account')
    return { title: 'problem-no-account', next: 'problem-no-account-next' }
  if (problem.code === 'ledger.sign_in')
    return { title: 'problem-ledger-sign-in', next: 'problem-ledger-sign-in-next' }
  if (problem.code === 'file') return { title: 'problem-file', next: 'problem-file-next' }
  if (problem.code === 'key.no_key')
    return { title: 'problem-no-public-key', next: 'problem-no-public-key-next' }
  if (problem.code === 'bundle.no_key') return { title: 'problem-no-key', next: 'problem-no-key-next' }
  if (problem.code === 'bundle.too_large')
    return { title: 'problem-bundle-large', next: 'problem-bundle-large-next' }
  if (problem.code === 'access.proof') return { title: 'problem-proof', next: 'problem-proof-next' }
  if (isDiskFull(problem.code)) return DISK_FULL
  if (problem.isStale) return { title: 'problem-stale', next: 'problem-stale-next' }
  const own = adviceOfCode(problem.code)
  if (own) return own
  switch (problem.status) {
    case 401:
      return { title: 'problem-session', next: null }
    case 403:
      return { title: 'problem-forbidden', next: 'problem-forbidden-next' }
    case 404:
      return { title: 'problem-missing', next: null }
    case 429:
      return { title: 'problem-too-many', next: 'problem-too-many-next' }
    case 503:
    case 504:
      return { title: 'problem-ledger', next: 'problem-ledger-next' }
    case 500:
      return { title: 'problem-inside', next: 'problem-inside-next' }
    default:
      return { title: 'problem-refused', next: null }
  }
}

/** Words that name no reason: what the API says is the only one there is. */
const UNEXPLAINED = ['problem-refused', 'failure-other', 'source-problem-other', 'effect-problem-other']

/** Whether the words say what it is, so that what the API says beside them is only more of it. */
export const explains = ({ title }: Advice): boolean => !UNEXPLAINED.includes(title)

/** Why a customer's month was not closed, by what the code begins with; the first that fits. */
const reasons: [prefix: string, words: string][] = [
  ['plan.month_not_over', 'not-over'],
  ['plan.unknown_tenant', 'unknown'],
  ['plan.', 'contract'],
  ['catalogue.', 'contract'],
  ['capture.secret', 'secret'],
  ['file.', 'file'],
  ['capture.', 'source'],
  ['prometheus.', 'source'],
  ['sql.', 'source'],
]

/** What it is called that a customer's month was not closed, and what to do, as ids of the locales. */
export function adviceForFailure(code: string): Advice {
  if (isDiskFull(code)) return DISK_FULL
  const words = reasons.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'other'
  return { title: `failure-${words}`, next: `failure-${words}-next` }
}

/** Why a source of measurements gives no numbers, by what the code begins with; the first that fits. */
const reasonsOfSources: [prefix: string, words: string][] = [
  ['prometheus.unavailable', 'silent'],
  ['prometheus.untrusted', 'certificate'],
  ['prometheus.authority', 'certificate'],
  ['prometheus.client', 'certificate'],
  ['capture.authority', 'certificate'],
  ['prometheus.denied', 'credentials'],
  ['prometheus.credentials', 'credentials'],
  ['capture.secret', 'credentials'],
  ['prometheus.address', 'address'],
  ['prometheus.not_found', 'address'],
  ['prometheus.not_prometheus', 'address'],
  ['prometheus.redirected', 'address'],
  ['prometheus.rejected', 'query'],
  ['prometheus.shape', 'query'],
  ['prometheus.several_series', 'query'],
  ['prometheus.ranges', 'query'],
  ['prometheus.replicas', 'replicas'],
  ['prometheus.merged', 'merged'],
  ['prometheus.selectors', 'selectors'],
  ['prometheus.no_label', 'probes'],
  ['prometheus.beat', 'probes'],
  ['prometheus.same_probe', 'probes'],
  ['prometheus.no_target', 'probes'],
  ['prometheus.heartbeats', 'probes'],
  ['prometheus.no_series', 'nothing'],
  ['capture.unusable', 'nothing'],
  ['prometheus.too_slow', 'much'],
  ['prometheus.too_large', 'much'],
  ['capture.too_many_slices', 'much'],
  ['sql.unavailable', 'silent'],
  ['sql.untrusted', 'certificate'],
  ['sql.denied', 'credentials'],
  ['sql.address', 'database'],
  ['sql.writes', 'writes'],
  ['sql.too_slow', 'slow'],
  ['sql.no_rows', 'rows'],
  ['sql.failed', 'silent'],
  ['sql.no_target', 'beats'],
  ['sql.heartbeats', 'beats'],
  ['sql.too_many', 'many-beats'],
  ['prometheus.too_many', 'many-beats'],
  ['file.currency', 'currency'],
  ['sql.', 'statement'],
  ['source.not_entered', 'not-entered'],
  ['capture.outside_folder', 'file'],
  ['file.', 'file'],
]

export function adviceForSource(code: string): Advice {
  const words = reasonsOfSources.find(([prefix]) => code.startsWith(prefix))?.[1]
  return words === undefined
    ? (adviceOfCode(code) ?? { title: 'source-problem-other', next: null })
    : { title: `source-problem-${words}`, next: `source-problem-${words}-next` }
}

/** Why a closed month cannot be computed with a change of the catalogue; the first that fits. */
const reasonsOfEffects: [prefix: string, words: string][] = [
  ['effect.not_in_force', 'not-in-force'],
  ['effect.not_recorded', 'not-recorded'],
  ['evidence.missing', 'evidence'],
  ['evidence.altered', 'evidence'],
  ['plan.', 'contract'],
  ['catalogue.', 'contract'],
]

export function adviceForEffect(code: string): Advice {
  const words = reasonsOfEffects.find(([prefix]) => code.startsWith(prefix))?.[1]
  return words === undefined
    ? (adviceOfCode(code) ?? { title: 'effect-problem-other', next: null })
    : { title: `effect-problem-${words}`, next: `effect-problem-${words}-next` }
}
