import { expect, test } from 'vitest'
import { adviceFor } from '$lib/parts/advice'
import { asProblem, Problem } from './problem'

const document = (status: number, code: string) => ({
  type: '',
  title: '',
  status,
  code,
  detail: 'why',
  instance: 'urn:sla-desk:request:1',
})

test.each<[string, Problem, string, boolean]>([
  ['four eyes', Problem.from(document(409, 'workflow.four_eyes'), 409), 'problem-four-eyes', false],
  ['somebody was faster', Problem.from(document(412, 'request.stale'), 412), 'problem-stale', false],
  [
    'a step that does not follow any more',
    Problem.from(document(409, 'workflow.out_of_order'), 409),
    'problem-stale',
    false,
  ],
  ['a wrong password of oneself', Problem.from(document(422, 'access.proof'), 422), 'problem-proof', false],
  ['no permission', Problem.from(document(403, 'access.forbidden'), 403), 'problem-forbidden', false],
  ['the ledger is asleep', Problem.from(document(503, 'ledger.unreachable'), 503), 'problem-ledger', true],
  ['the disk is full', Problem.from(document(422, 'file.disk_full'), 422), 'problem-disk', false],
  ['too many requests', Problem.from(document(429, 'request.too_many'), 429), 'problem-too-many', true],
  ['a page of a proxy', Problem.from('<html>', 502), 'problem-unreadable', false],
  ['no answer', asProblem(new TypeError('Failed to fetch')), 'problem-unreachable', true],
  ['a code that is not known here', Problem.from(document(422, 'amount.new'), 422), 'problem-refused', false],
])('%s', (_, problem, title, isPassing) => {
  expect(adviceFor(problem).title).toBe(title)
  expect(problem.isPassing).toBe(isPassing)
})

test('who was faster is told', () => {
  const told = { ...document(412, 'request.stale'), changed_by: 'ole', changed_at: '2026-11-27T10:00:00Z' }
  expect(Problem.from(told, 412).changed).toEqual({ by: 'ole', at: '2026-11-27T10:00:00Z' })
  expect(Problem.from(document(412, 'request.stale'), 412).changed).toBeNull()
})

test('what is told in both languages is', () => {
  const told = { ...document(422, 'catalogue.unsound'), german: 'warum' }
  expect(Problem.from(told, 422)).toMatchObject({ detail: 'why', german: 'warum' })
  expect(Problem.from(document(422, 'catalogue.unsound'), 422).german).toBeNull()
})
