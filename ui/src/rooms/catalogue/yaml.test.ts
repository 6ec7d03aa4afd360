import { parse } from 'yaml'
import { describe, expect, test } from 'vitest'
import { applied, written, YamlText, type Path } from './yaml'

const CONTRACT = `# Kept as it is.
apiVersion: sla-desk/v1
kind: Contract
metadata: { name: north, displayName: "North: platform" }
spec:
  tenant: north # who pays
  version: 1
  fee: { monthly: 9800.00 }
  caps: [{ per: month, share: 25, of: base }]
  accepted: []
  claim:
    within: 30
    unit: days
  commitments:
    - name: availability
      slo: api
      target: 99.90
      penalty:
        bands:
        - { from: 99.5, below: 99.9, credit: 5 } # first
        - { from: 0, below: 99.5, credit: 10 }
    - name: latency
      slo: api-latency
      target: 97.5
`

/** The one line that is written otherwise, or that came or went. */
function differences(before: string, after: string): string[] {
  const [a, b] = [before.split('\n'), after.split('\n')]
  return [
    ...a.filter((line) => !b.includes(line)).map((line) => `-${line}`),
    ...b.filter((line) => !a.includes(line)).map((line) => `+${line}`),
  ]
}

test.each<[Path, string | null | undefined]>([
  [['spec', 'tenant'], 'north'],
  [['spec', 'commitments', 0, 'target'], '99.90'],
  [['spec', 'fee', 'monthly'], '9800.00'],
  [['metadata', 'displayName'], 'North: platform'],
  [['spec', 'fee'], null],
  [['spec', 'validFrom'], undefined],
  [['spec', 'commitments', 7, 'target'], undefined],
])('reads %j', (path, expected) => expect(new YamlText(CONTRACT).scalar(path)).toBe(expected))

test.each<[string, Path, string, string[]]>([
  ['a value', ['spec', 'version'], '2', ['-  version: 1', '+  version: 2']],
  [
    'a value before a remark',
    ['spec', 'tenant'],
    'south',
    ['-  tenant: north # who pays', '+  tenant: south # who pays'],
  ],
  [
    'a value in braces',
    ['spec', 'fee', 'monthly'],
    '9900.00',
    ['-  fee: { monthly: 9800.00 }', '+  fee: { monthly: 9900.00 }'],
  ],
  [
    'a value in quotes',
    ['metadata', 'displayName'],
    'South',
    [
      '-metadata: { name: north, displayName: "North: platform" }',
      '+metadata: { name: north, displayName: "South" }',
    ],
  ],
  [
    'what needs quotes',
    ['spec', 'tenant'],
    'a: b',
    ['-  tenant: north # who pays', '+  tenant: "a: b" # who pays'],
  ],
  ['one of a list', ['spec', 'commitments', 1, 'target'], '98', ['-      target: 97.5', '+      target: 98']],
  [
    'one of a band',
    ['spec', 'commitments', 0, 'penalty', 'bands', 1, 'credit'],
    '12',
    ['-        - { from: 0, below: 99.5, credit: 10 }', '+        - { from: 0, below: 99.5, credit: 12 }'],
  ],
  ['a new value', ['spec', 'validFrom'], '2026-01-01', ['+  validFrom: 2026-01-01']],
  ['a new value in a block', ['spec', 'claim', 'from'], 'periodEnd', ['+    from: periodEnd']],
  [
    'a new value in braces',
    ['spec', 'fee', 'partMonth'],
    'daily',
    ['-  fee: { monthly: 9800.00 }', '+  fee: { monthly: 9800.00, partMonth: daily }'],
  ],
  ['a new value below a new key', ['spec', 'rounding', 'mode'], 'floor', ['+  rounding: { mode: floor }']],
  [
    'a new value of an item',
    ['spec', 'commitments', 1, 'method'],
    'Occurrences',
    ['+      method: Occurrences'],
  ],
  ['nothing takes a line out', ['spec', 'claim', 'unit'], '', ['-    unit: days']],
  [
    'nothing takes a value out of braces',
    ['spec', 'caps', 0, 'of'],
    '',
    ['-  caps: [{ per: month, share: 25, of: base }]', '+  caps: [{ per: month, share: 25 }]'],
  ],
])('sets %s and touches nothing else', (_, path, value, expected) => {
  const after = applied(CONTRACT, new YamlText(CONTRACT).set(path, value))
  expect(differences(CONTRACT, after)).toEqual(expected)
  const read = new YamlText(after)
  expect(read.isReadable).toBe(true)
  expect(read.scalar(path)).toBe(value === '' ? undefined : value)
})

describe('lists', () => {
  const band: [string, string][] = [
    ['from', '0'],
    ['below', '99'],
    ['credit', '20'],
  ]
  test.each<[string, Path, [string, string][], string[]]>([
    [
      'beside items in braces',
      ['spec', 'commitments', 0, 'penalty', 'bands'],
      band,
      ['+        - { from: 0, below: 99, credit: 20 }'],
    ],
    [
      'in brackets',
      ['spec', 'caps'],
      [['per', 'year']],
      [
        '-  caps: [{ per: month, share: 25, of: base }]',
        '+  caps: [{ per: month, share: 25, of: base }, { per: year }]',
      ],
    ],
    [
      'to an empty list',
      ['spec', 'accepted'],
      [['code', 'no-cap']],
      ['-  accepted: []', '+  accepted: [{ code: no-cap }]'],
    ],
    [
      'to a list that is not there',
      ['spec', 'rights'],
      [['name', 'leave']],
      ['+  rights: [{ name: leave }]'],
    ],
    [
      'beside items in a block',
      ['spec', 'commitments'],
      [
        ['name', 'quality'],
        ['target', '90'],
      ],
      ['+    - name: quality', '+      target: 90'],
    ],
  ])('adds %s', (_, path, item, expected) => {
    const before = new YamlText(CONTRACT)
    const after = applied(CONTRACT, before.add(path, item))
    expect(differences(CONTRACT, after)).toEqual(expected)
    expect(new YamlText(after).count(path)).toBe(before.count(path) + 1)
  })

  test.each<[string, Path, string[]]>([
    [
      'the first band',
      ['spec', 'commitments', 0, 'penalty', 'bands', 0],
      ['-        - { from: 99.5, below: 99.9, credit: 5 } # first'],
    ],
    [
      'the last band',
      ['spec', 'commitments', 0, 'penalty', 'bands', 1],
      ['-        - { from: 0, below: 99.5, credit: 10 }'],
    ],
    [
      'the last promise',
      ['spec', 'commitments', 1],
      ['-    - name: latency', '-      slo: api-latency', '-      target: 97.5'],
    ],
    ['the only cap', ['spec', 'caps', 0], ['-  caps: [{ per: month, share: 25, of: base }]', '+  caps: []']],
  ])('takes out %s', (_, path, expected) => {
    const after = applied(CONTRACT, new YamlText(CONTRACT).remove(path))
    expect(differences(CONTRACT, after)).toEqual(expected)
    expect(new YamlText(after).isReadable).toBe(true)
  })

  test('takes out the only item of a block and leaves an empty list', () => {
    const text = 'spec:\n  bands:\n  - { from: 0 }\n  next: 1\n'
    const after = applied(text, new YamlText(text).remove(['spec', 'bands', 0]))
    expect(after).toBe('spec:\n  bands: []\n  next: 1\n')
  })
})

test('what cannot be read shows no form and takes no change by it', () => {
  for (const text of ['kind: [', '', '7', '- a']) expect(new YamlText(text).isReadable).toBe(false)
  const scalar = new YamlText('spec: nothing\n')
  expect(scalar.set(['spec', 'tenant'], 'north')).toBeNull()
})

test.each([
  'north',
  '99.9',
  'a: b',
  'true',
  'Größe – 7',
  'a, b',
  '#1',
  '- x',
  '24/7',
  'Mo-Fr 08:00-18:00',
  ' ',
  "it's",
  '株式会社',
  '{x}',
  '@a',
  '1.0',
  'x #y',
])('a value is read as it was typed: %j', (value) => {
  for (const text of [`a: ${written(value)}\n`, `a: { b: ${written(value)} }\n`]) {
    const read: unknown = parse(text, { schema: 'failsafe' })
    expect(JSON.stringify(read)).toContain(JSON.stringify(value))
  }
})
