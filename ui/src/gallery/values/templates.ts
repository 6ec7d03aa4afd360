// Templates of an invented provider.
import type { Schemas } from '$lib/backend/api'

type File = Schemas['TemplateFileView']

export const file = (name: string, over: Partial<File> = {}): File => ({
  name,
  file: name.split('/').at(-1) ?? name,
  tenant: null,
  kind: 'letter',
  is_own: false,
  is_builtin: true,
  bytes: 1834,
  sha256: '0'.repeat(64),
  changed_by: null,
  changed_at: null,
  ...over,
})

const own = { is_own: true, changed_by: 'mara', changed_at: '2026-11-03T09:00:00Z' }
const added = { ...own, is_builtin: false, tenant: 'prairie', kind: 'look' as const }
const both = (stem: string, over: Partial<File> = {}) => [
  file(`${stem}.de.md`, over),
  file(`${stem}.en.md`, over),
]

export const picture = file('tenants/prairie/logo.svg', { ...added, kind: 'picture', bytes: 48_213 })
export const theme = file('tenants/prairie/theme.json', added)

export const files: File[] = [
  ...both('letter-met'),
  file('letter-breached.de.md'),
  file('letter-breached.en.md', own),
  ...both('letter-year'),
  ...both('report', { kind: 'report' }),
  ...both('statement', { kind: 'report' }),
  file('theme.json', { kind: 'look' }),
  theme,
  picture,
  file('words.de.json', { kind: 'words' }),
  file('words.en.json', { kind: 'words' }),
]

export const list = (over: Partial<Schemas['TemplateList']> = {}): Schemas['TemplateList'] => ({
  can_change: true,
  files,
  ...over,
})

const LETTER = `{# Cover letter of a month with a missed commitment. #}
# SLA report {{ record.month | month }}: {{ summary.breached }} missed

Dear team of {{ record.tenant_name }},

{% if summary.outages %}there were {{ summary.outages }} outages in this month.{% endif %}

Kind regards
`

export const letter = (over: Partial<Schemas['TemplateText']> = {}): Schemas['TemplateText'] => ({
  ...file('letter-breached.en.md', own),
  text: LETTER,
  builtin: LETTER,
  ...over,
})

export const finding: Schemas['TemplateFindingView'] = {
  code: 'template',
  file: 'letter-breached.en.md',
  line: 6,
  found: 'an unknown value `summary.outage`',
  expected: 'a text that every invented month can be filled into',
  german: {
    found: 'ein unbekannter Wert `summary.outage`',
    expected: 'ein Text, in den sich jeder erfundene Monat füllen lässt',
  },
}

export const page = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Preview</title><style>body{margin:2rem;font:15px/1.5 sans-serif}h1{color:#173e73}</style></head>
<body><main><h1 style="font-size:1.4em">SLA report October 2026: 1 missed</h1><p>Dear team of Nordlicht,</p><p>there were 3 outages in this month.</p></main></body></html>`

export const shown: Schemas['TemplatePreview'] = { page, findings: [] }
export const refused: Schemas['TemplatePreview'] = { page: null, findings: [finding] }
