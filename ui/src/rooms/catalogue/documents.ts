// What the room asks of the API, and what it knows of kinds.
import { answer, answerWithTag, api, type Schemas } from '$lib/backend/api'
import { may, person } from '$lib/state/person.svelte'
import { knows, language, t } from '$lib/words'

export type Row = Schemas['CatalogueRow']
export type Finding = Schemas['FindingView']
export type Checked = Schemas['Checked']

export interface Of {
  kind: string
  name: string
}

/** YAML goes as it is: the client would write it as a JSON text. */
const asText = (body: unknown) => body as string
const yaml = { headers: { 'content-type': 'application/yaml' }, bodySerializer: asText }

export const keyOf = ({ kind, name }: Of) => `${kind}/${name}`

export const kindWord = (kind: string) =>
  knows(`kind-${kind.toLowerCase()}`) ? t(`kind-${kind.toLowerCase()}`) : kind

export const listCatalogue = (signal: AbortSignal) => answer(api.GET('/catalogue/documents', { signal }))

export const loadDocument = (path: Of, version?: number) =>
  answer(
    api.GET('/catalogue/documents/{kind}/{name}', {
      params: { path, query: version === undefined ? {} : { version } },
    }),
  )

export const checkDraft = (text: string, calendar: string | undefined, signal: AbortSignal) =>
  answer(
    api.POST('/catalogue/checks', {
      params: { query: calendar === undefined ? {} : { calendar } },
      body: text,
      signal,
      ...yaml,
    }),
  )

export const effectsOf = (text: string, months: number) =>
  answer(api.POST('/catalogue/effects', { params: { query: { months } }, body: text, ...yaml }))

export const testSource = (text: string) =>
  answer(api.POST('/catalogue/source-tests', { body: text, ...yaml }))

export const saveDocument = (path: Of, text: string, version: number | null) =>
  answerWithTag(
    api.PUT('/catalogue/documents/{kind}/{name}', {
      params: { path, header: version === null ? {} : { 'if-match': `"${version}"` } },
      body: text,
      ...yaml,
    }),
  )

export const retireDocument = (path: Of, version: number) =>
  answer(
    api.DELETE('/catalogue/documents/{kind}/{name}', {
      params: { path, header: { 'if-match': `"${version}"` } },
    }),
  )

/** Whether somebody may enter a document of a kind: the API asks for all tenants where it concerns all. */
export function mayChange(kind: string): boolean {
  const needed =
    kind === 'Exclusion' ? 'exclusions.request' : kind === 'Incident' ? 'incidents.write' : 'slos.write'
  const isForOne = kind === 'Exclusion' || kind === 'Incident'
  return may(needed) && (isForOne || person()?.tenants === 'all')
}

/** Kinds whose change says something about months that are closed. */
export const WITH_EFFECTS = ['Contract', 'SLI', 'SLO', 'SlaTemplate', 'Tenant']

/** What was found and what is expected, in the language of the window. */
export const saidBy = (finding: Finding): Schemas['FindingWords'] =>
  language() === 'de' ? finding.german : finding

/** A finding in one line. */
export function findingWords(finding: Finding): string {
  const { found, expected } = saidBy(finding)
  return `${finding.path === '' ? '' : `${finding.path}: `}${t('finding-said', { found, expected })}`
}
