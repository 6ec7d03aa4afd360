// What the room asks of the API, and what it knows of files by their names.
import { answer, answerWithTag, api, type Schemas } from '$lib/backend/api'
import { may, person } from '$lib/state/person.svelte'
import { language, t } from '$lib/words'
import type { Finding } from '$rooms/catalogue/documents'

export type File = Schemas['TemplateFileView']
export type Text = Schemas['TemplateText']
type Language = 'de' | 'en'

/** The largest file that the API takes, which is a PNG. */
export const MOST_PICTURE_BYTES = 2 * 1024 * 1024

/** Documents that can be looked at, by the names of their templates. */
export const DOCUMENTS = [
  'report',
  'letter-met',
  'letter-breached',
  'letter-undecidable',
  'letter-breach',
  'letter-credit',
  'letter-restatement',
  'letter-maintenance',
  'letter-year',
  'statement',
  'governance',
] as const
export type DocumentName = (typeof DOCUMENTS)[number]

export const GROUPS = ['letter', 'report', 'look', 'words'] as const
export type Group = (typeof GROUPS)[number]

export const groupOf = (file: Pick<File, 'kind'>): Group => (file.kind === 'picture' ? 'look' : file.kind)

interface Named {
  file: string
  tenant?: string | null
}

/** A template of a text begins with its name and says its language. */
const partsOf = (file: string) => /^([a-z-]+)\.(de|en)\.(?:md|json)$/.exec(file)

export const languageOf = ({ file }: Named): Language | null => (partsOf(file)?.[2] as Language) ?? null

/** The order in which people think of them: what goes out each month first. */
const ORDER = [
  'letter-met',
  'letter-breached',
  'letter-undecidable',
  'settlement',
  'letter-head',
  'letter-breach',
  'letter-credit',
  'letter-restatement',
  'letter-maintenance',
  'letter-year',
  'report',
  'statement',
  'governance',
  'theme.json',
  'words',
  'workbook',
]

const rankOf = (file: Named): [string, number] => {
  const rank = ORDER.indexOf(stemOf(file))
  return [file.tenant ?? '', rank === -1 ? ORDER.length : rank]
}

/** What concerns all customers first, then what is one's. */
export function inOrder<One extends Named>(files: One[]): One[] {
  return files.toSorted((one, other) => {
    const [[mine, first], [theirs, second]] = [rankOf(one), rankOf(other)]
    return mine.localeCompare(theirs) || first - second
  })
}

/** What all languages of a template have in common. */
export const stemOf = ({ file }: Named): string => partsOf(file)?.[1] ?? file

/** What people call it. A logo has the name that somebody gave it. */
export function titleOf(file: Named): string {
  const stem = stemOf(file)
  if (stem !== file.file) return t(`template-${stem}`)
  if (stem === 'theme.json') return t(file.tenant ? 'template-theme-tenant' : 'template-theme')
  return file.file
}

/** The document in which a change of a file is seen. */
export function documentOf(file: Named): DocumentName {
  const stem = stemOf(file)
  if (stem === 'letter-head') return 'letter-breach'
  if (stem === 'settlement') return 'letter-credit'
  return DOCUMENTS.find((one) => one === stem) ?? 'report'
}

/** Whether a document looks otherwise by the verdict of its month. */
export const hasVerdict = (document: DocumentName) =>
  document === 'report' || document === 'statement' || document === 'governance'

/** Whether somebody may change a file: the API asks for all tenants where it concerns all. */
export function mayChange(tenant: string | null | undefined): boolean {
  if (!may('templates.write')) return false
  const scope = person()?.tenants
  return scope === 'all' || (tenant != null && (scope?.only.includes(tenant) ?? false))
}

export const listFiles = (signal: AbortSignal) => answer(api.GET('/templates/files', { signal }))

const at = ({ file, tenant }: Named) => ({ path: { file }, query: tenant ? { tenant } : {} })

export const loadFile = (of: Named, signal?: AbortSignal) =>
  answer(api.GET('/templates/files/{file}', { params: at(of), ...(signal ? { signal } : {}) }))

/** A file goes as it is: the client would write it as a JSON text. */
const asIs = (body: unknown) => body as string
const raw = { headers: { 'content-type': 'application/octet-stream' }, bodySerializer: asIs }
const when = (sha256: string | null) => (sha256 === null ? {} : { 'if-match': `"${sha256}"` })

export const saveFile = (of: Named, body: string | Blob, sha256: string | null) =>
  answerWithTag(
    api.PUT('/templates/files/{file}', {
      params: { ...at(of), header: when(sha256) },
      body: body as string,
      ...raw,
    }),
  )

export const resetFile = (of: Named, sha256: string) =>
  answer(api.DELETE('/templates/files/{file}', { params: { ...at(of), header: when(sha256) } }))

export interface Looked {
  document: DocumentName
  language: Language
  verdict: Schemas['Verdict']
  tenant: string | null
}

export const previewOf = (files: Schemas['TriedFile'][], looked: Looked, signal: AbortSignal) =>
  answer(api.POST('/templates/previews', { body: { files, ...looked }, signal }))

/** A finding as lists and the editor show them; a template has no columns and no weights. */
export const asFinding = (one: Schemas['TemplateFindingView']): Finding => ({
  ...one,
  column: 1,
  path: '',
  severity: 'error',
  wording: null,
  stake: null,
})

/** What is looked at while nothing was chosen. */
export const spoken = (): Language => (language() === 'de' ? 'de' : 'en')
